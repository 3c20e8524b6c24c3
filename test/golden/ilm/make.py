"""How the reference values of this folder were made: python make.py (pandas 3.0.6, numpy 2.4.6, nltk 3.10.3).

corpus.csv   400 made-up rows: quotes, line breaks, blank and missing texts
corpus.json  pandas on corpus.csv, the steps that the source's converter takes: drop, strip, sample, shuffle, cut
words.json   sentences (Punkt with the word lists of lib/ilm/mask-abbreviations.ts) and words (NLTKWordTokenizer) of
             `texts`: paragraphs of MERLIN's German texts and made-up strings of signs, drawn beforehand
examples.json  masks of 30 texts of data/sample/ilm, drawn by CPython 3.11's random in the order of the source: shuffle, then
             document, paragraph, sentence, word; offsets in code points
"""
import csv, json, random, re, sys
import pandas as pd
from nltk.tokenize import punkt
from nltk.tokenize.destructive import NLTKWordTokenizer

HERE = sys.path[0]
LEVELS = {"A1": 188, "A2": 119, "B1": 64, "B2": 22, "C1": 7}
L1 = {"Portuguese": 43, "Mandarin": 18, "Spanish": 9, "Russian": 7, "German": 23}


def make_csv():
    rng = random.Random(11)
    rows = [level for level, n in LEVELS.items() for _ in range(n)]
    rng.shuffle(rows)
    with open(f"{HERE}/corpus.csv", "w", newline="", encoding="utf-8") as f:
        out = csv.writer(f, lineterminator="\n")
        out.writerow(["writing_id", "l1", "cefr_level", "text", "topic"])
        for i, level in enumerate(rows):
            words = " ".join(rng.choice(["I", "goed", "home,", "naïve", "“yes”", "🙂", '"no"', "very", "big."]) for _ in range(rng.randint(3, 16)))
            text = rng.choice([words, words, words, f"  {words}\n", words.replace(" ", "\n", 1), words])
            if i % 67 == 5:
                text = rng.choice(["", "   ", "NA", "null", "\n"])
            out.writerow([f"w{i}", rng.choices(list(L1), L1.values())[0], level, text, "t"])


def load():
    df = pd.read_csv(f"{HERE}/corpus.csv").dropna(subset=["text"])
    df["text"] = df["text"].str.strip()
    return df[df["text"].str.len() > 0]


def by_l1(df, level, size, seed):
    df = df[df["cefr_level"] == level]
    if size >= len(df):
        return df
    groups = sorted(df["l1"].value_counts().to_dict().items(), key=lambda one: one[1], reverse=True)
    left, parts = size, []
    for at, (l1, n) in enumerate(groups):
        take = left if at == len(groups) - 1 else min(max(1, int(size * n / len(df))), n, left)
        left -= take
        rows = df[df["l1"] == l1]
        parts.append(rows.sample(n=min(take, len(rows)), random_state=seed))
    return pd.concat(parts, ignore_index=True).sample(frac=1, random_state=seed).reset_index(drop=True)


def split(df, seed):
    ids = list(df.sample(frac=1, random_state=seed)["writing_id"])
    a, b = int(len(ids) * 0.8), int(len(ids) * (0.8 + 0.1))
    return {"train": ids[:a], "valid": ids[a:b], "test": ids[b:]}


def corpus():
    make_csv()
    df, cases = load(), []
    lengths = df["text"].str.len()
    stats = {k: float(getattr(lengths, k)()) for k in ["min", "max", "mean", "median", "std"]}
    for level, size, seed in [(None, None, 0), (None, None, 7), ("B1", None, 0), ("A2", 30, 3), (None, 100, 0), (None, 40, 5)]:
        if level:
            chosen = by_l1(df, level, size or len(df), seed)
        elif size:
            parts = [by_l1(df, one, max(1, int(size * (df["cefr_level"] == one).sum() / len(df))), seed + ord(one[0])) for one in sorted(df["cefr_level"].unique())]
            chosen = pd.concat(parts, ignore_index=True).sample(frac=1, random_state=seed).reset_index(drop=True)
        else:
            chosen = df
        cases.append({"level": level, "size": size, "seed": seed, **split(chosen, seed)})
    counts = {k: df[k].value_counts().to_dict() for k in ["cefr_level", "l1"]}
    json.dump({"documents": len(df), "lengths": stats, "counts": counts, "cases": cases}, open(f"{HERE}/corpus.json", "w"))


def cutters():
    source = open(f"{HERE}/../../../lib/ilm/mask-abbreviations.ts", encoding="utf8").read()
    abbreviations, starters = (set(" ".join(re.findall(r'"([^"]+)"', part)).split()) for part in source.split("export const STARTERS"))
    params = punkt.PunktParameters()
    params.abbrev_types, params.sent_starters = abbreviations, starters
    for word in starters:
        params.ortho_context[word] |= punkt._ORTHO_MID_LC
    return punkt.PunktSentenceTokenizer(params), NLTKWordTokenizer()


def words():
    sentences, tokens = cutters()
    texts = [one["text"] for one in json.load(open(f"{HERE}/words.json", encoding="utf8"))]
    lines = []
    for text in texts:
        found = [s.strip() for s in sentences.tokenize(text) if s.strip()]
        lines.append(json.dumps({"text": text, "sentences": [{"text": s, "words": tokens.tokenize(s)} for s in found]}, ensure_ascii=False))
    open(f"{HERE}/words.json", "w", encoding="utf8").write("[\n" + ",\n".join(lines) + "\n]\n")


def places(text, parts, start):
    found, at = [], 0
    for part in parts:
        if part in ("``", "''") and text.find(part, at) < 0:
            part = '"'
        at = text.index(part, at)
        found.append((start + at, part))
        at += len(part)
    return found


def hierarchy(text, sentences, tokens):
    stripped = lambda parts: [part.strip() for part in parts if part.strip()]
    for p, paragraph in places(text, stripped(text.splitlines()), 0):
        yield p, paragraph, [
            (s, sentence, places(sentence, tokens.tokenize(sentence), s))
            for s, sentence in places(paragraph, stripped(sentences.tokenize(paragraph)), p)
        ]


def mask(text, tree, p):
    hit = lambda chance: random.random() < chance
    if hit(p):
        return [("document", 0, len(text))]
    spans = []
    for start, paragraph, sentences in tree:
        if hit(p):
            spans.append(("paragraph", start, len(paragraph)))
            continue
        for s, sentence, found in sentences:
            if hit(p):
                spans.append(("sentence", s, len(sentence)))
                continue
            at = 0
            while at < len(found):
                w, word = found[at]
                step = 1
                if hit(p):
                    if hit(0.5):
                        step = random.randint(1, min(len(found) - at, 8))
                        last, end = found[at + step - 1]
                        spans.append(("ngram", w, last + len(end) - w))
                    else:
                        spans.append(("word", w, len(word)))
                at += step
    return spans


def examples():
    sentences, tokens = cutters()
    lines = open(f"{HERE}/../../../data/sample/ilm/merlin-de.jsonl", encoding="utf8").read().splitlines()
    cases = []
    for seed, most in [(0, None), (5, 2)]:
        texts = [json.loads(line)["text"].strip() for line in lines[:30]]
        random.seed(seed)
        random.shuffle(texts)
        documents = []
        for text in texts:
            tree, kept = list(hierarchy(text, sentences, tokens)), []
            for _ in range(16):
                for _ in range(16):
                    spans = tuple(mask(text, tree, 0.03))
                    if most and len(spans) > most:
                        spans = tuple(sorted(random.sample(spans, most), key=lambda span: span[1]))
                    if spans not in kept:
                        kept.append(spans)
                        break
            documents.append({"text": text, "examples": kept})
        cases.append({"seed": seed, "most": most, "documents": documents})
    json.dump(cases, open(f"{HERE}/examples.json", "w", encoding="utf8"), ensure_ascii=False)


corpus()
words()
examples()
