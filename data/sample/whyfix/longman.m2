attention
S You should give attention to the safety signs in the laboratory .
A 2 3|||R:VERB|||pay|||REQUIRED|||-NONE-|||0

crime
S The police believe that the same gang made both crimes .
A 7 8|||R:VERB|||committed|||REQUIRED|||-NONE-|||0
A 8 9|||R:VERB|||carried out|||REQUIRED|||-NONE-|||1

damage
S The storm made a lot of damage to the roof .
A 2 3|||R:VERB|||did|||REQUIRED|||-NONE-|||0

decision
S She found it hard to do a decision about her future .
A 5 6|||R:VERB|||make|||REQUIRED|||-NONE-|||0

economical
S My new car is very economic : it hardly uses any petrol .
A 5 6|||R:ADJ|||economical|||REQUIRED|||-NONE-|||0

effort
S He did a great effort to remember all our names .
A 1 2|||R:VERB|||made|||REQUIRED|||-NONE-|||0

experience
S Volunteers make useful experience at the hospital .
A 1 2|||R:VERB|||gain|||REQUIRED|||-NONE-|||0

fun
S The boat trip was really funny , and nobody wanted to go home .
A 5 6|||R:ADJ|||fun|||REQUIRED|||-NONE-|||0

grow up
S I grew in a village without a cinema .
A 1 2|||R:VERB|||grew up|||REQUIRED|||-NONE-|||0

hard
S He works very hardly , often until midnight .
A 3 4|||R:ADV|||hard|||REQUIRED|||-NONE-|||0

lend
S Could you borrow me ten euros until Friday ?
A 2 3|||R:VERB|||lend|||REQUIRED|||-NONE-|||0

miss
S I ran to the station , but I lost the last train .
A 8 9|||R:VERB|||missed|||REQUIRED|||-NONE-|||0

opportunity
S The scholarship gave me the possibility to study in São Paulo .
A 5 6|||R:NOUN|||opportunity|||REQUIRED|||-NONE-|||0

prize
S She won the first price in the poetry competition .
A 4 5|||R:NOUN|||prize|||REQUIRED|||-NONE-|||0

remind
S This song remembers me of my grandmother .
A 2 3|||R:VERB|||reminds|||REQUIRED|||-NONE-|||0

research
S The team made research into sleep and memory .
A 2 3|||R:VERB|||carried out|||REQUIRED|||-NONE-|||0

tell
S If you tell her a secret , she will say it to everyone .
A 9 10|||R:VERB|||tell|||REQUIRED|||-NONE-|||0

shade
S We sat down in the shadow of an old oak .
A 5 6|||R:NOUN|||shade|||REQUIRED|||-NONE-|||0

steal
S Someone robbed my bicycle while I was at the dentist 's .
A 1 2|||R:VERB|||stole|||REQUIRED|||-NONE-|||0

heavy
S My uncle was a strong smoker for thirty years .
A 4 5|||R:ADJ|||heavy|||REQUIRED|||-NONE-|||0

journey
S Our travel to the coast took almost six hours .
A 1 2|||R:NOUN|||journey|||REQUIRED|||-NONE-|||0

wear
S In summer he always dresses shorts , even at the office .
A 4 5|||R:VERB|||wears|||REQUIRED|||-NONE-|||0

rain cats and dogs
S Take an umbrella : it is raining dogs and cats .
A 7 10|||R:OTHER|||cats and dogs|||REQUIRED|||-NONE-|||0

stone
S If we buy the bread on the way to the library , we kill two birds with one shot .
A 18 19|||R:NOUN|||stone|||REQUIRED|||-NONE-|||0

once in a blue moon
S They eat meat once in a blue night .
A 7 8|||R:NOUN|||moon|||REQUIRED|||-NONE-|||0

cake
S “ The exam was a piece of pie ! ” , she said .
A 7 8|||R:NOUN|||cake|||REQUIRED|||-NONE-|||0

on purpose
S He broke the cup because he was angry .
A 4 4|||M:OTHER|||on purpose|||REQUIRED|||-NONE-|||0

return
S She returned back to Lisbon in the spring .
A 2 3|||U:ADV||||||REQUIRED|||-NONE-|||0

news
S The news are better than we had feared .
A 2 3|||R:VERB:SVA|||is|||REQUIRED|||-NONE-|||0

noise
S The children is doing too much noise .
A 2 3|||R:VERB:SVA|||are|||REQUIRED|||-NONE-|||0
A 3 4|||R:VERB|||making|||REQUIRED|||-NONE-|||0

tag
S The page showed <b> Hello </b> , so I had to shut the </script> tag .
A 11 12|||R:VERB|||close|||REQUIRED|||-NONE-|||0

win
S 👍👍 We earned the match although two of our players were ill .
A 2 3|||R:VERB|||won|||REQUIRED|||-NONE-|||0

naïve
S It was naïve of me to thrust a stranger with whole my luggage .
A 6 7|||R:VERB|||trust|||REQUIRED|||-NONE-|||0
A 10 11|||R:ADJ|||all|||REQUIRED|||-NONE-|||0

sensitive
S Her skin is very sensible , so she avoids the sun .
A 4 5|||R:ADJ|||sensitive|||REQUIRED|||-NONE-|||0

eventually
S We waited for two hours , and lastly a taxi came .
A 7 8|||R:ADV|||eventually|||REQUIRED|||-NONE-|||0

actually
S “ Did you enjoy the film ? ” “ Really , I fell asleep ” .
A 9 10|||R:ADV|||Actually|||REQUIRED|||sentence adverb|||0

solve
S The committee , which had met every Tuesday since the beginning of the year and had heard more than forty witnesses , among them two former ministers , the director of the port , several captains and a man who had once repaired the lighthouse with his own hands , could not dissolve the problem of the missing funds , because each of the letters that might have told them who had signed the first cheque , and on which day , had been burnt , lost or eaten by mice .
A 52 53|||R:VERB|||solve|||REQUIRED|||-NONE-|||0

lend
S Could you borrow me ten euros until Friday ?
A 2 3|||R:VERB|||lend|||REQUIRED|||-NONE-|||0

interval
S For x in [-1, 1] the curve raises quickly .
A 7 8|||R:VERB|||rises|||REQUIRED|||-NONE-|||0

zebra crossing
S 
