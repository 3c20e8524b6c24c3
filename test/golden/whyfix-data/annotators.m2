S She have went to home .
A 1 3|||R:VERB:TENSE|||went|||REQUIRED|||-NONE-|||0
A 3 4|||U:PREP||||||REQUIRED|||-NONE-|||0
A 1 2|||R:VERB|||has|||REQUIRED|||-NONE-|||1

S All good .
A -1 -1|||noop|||-NONE-|||REQUIRED|||-NONE-|||0

S He do a mistake often .
A 1 2|||R:VERB|||makes||does|||REQUIRED|||-NONE-|||0

S I like sea .
A 2 2|||M:DET|||the|||REQUIRED|||-NONE-|||0
A 2 3|||R:NOUN|||beach|||REQUIRED|||-NONE-|||0
A 1 2|||UNK|||-NONE-|||REQUIRED|||-NONE-|||0

S Too short .
A 1 9|||R:ADJ|||x|||REQUIRED|||-NONE-|||0

S Two overlap here .
A 0 2|||R:ADJ|||x|||REQUIRED|||-NONE-|||0
A 1 3|||R:ADJ|||y|||REQUIRED|||-NONE-|||0

A 0 1|||R:ADJ|||x|||REQUIRED|||-NONE-|||0

S Torn line .
A 0 1|||R:ADJ

S Only the other one .
A 0 1|||R:ADV|||Just|||REQUIRED|||-NONE-|||1
