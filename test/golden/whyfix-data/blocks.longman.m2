mistake
S I did a mistake .
A 1 2|||R:VERB|||made|||REQUIRED|||-NONE-|||0

on purpose
S He did it because he was angry .
A 3 3|||M:OTHER|||on purpose|||REQUIRED|||-NONE-|||0

back
S He returned back .
A 2 3|||U:ADV||||||REQUIRED|||-NONE-|||0

news
S The news are bad .
A 2 3|||R:VERB:SVA|||is|||REQUIRED|||-NONE-|||0

noise
S They does lots of noise .
A 1 2|||R:VERB:SVA|||do|||REQUIRED|||-NONE-|||0
A 1 2|||R:VERB|||make|||REQUIRED|||-NONE-|||1
A 2 4|||R:OTHER|||a lot of|||see LOT|||informal|||0

lonely
S
A 0 0|||R:ADJ|||x|||REQUIRED|||-NONE-|||0

S I did a mistake .
A 1 2|||R:VERB|||made|||REQUIRED|||-NONE-|||0

orphan

mistake
S I did a mistake .
A 1 2|||R:VERB|||made|||REQUIRED|||-NONE-|||0
