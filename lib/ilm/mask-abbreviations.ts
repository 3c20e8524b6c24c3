/** Words whose full stop ends no sentence, in small letters and without it: English, then German. */
export const ABBREVIATIONS: ReadonlySet<string> = wordSet(
  "mr mrs ms dr prof st jr sr rev gen col capt lt sgt hon gov messrs",
  "e.g i.e etc vs cf al approx ca no nos vol pp fig ed eds dept univ a.m p.m u.s u.k u.n u.s.a ph.d b.a m.a",
  "inc ltd corp co bros ave blvd rd tel jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri",
  "z.b d.h u.a usw bzw ggf evtl inkl zzgl str nr hr fr dipl ing geb bsp vgl sog u.s.w m.f.g mfg abs abt telef",
  "max min std mio mrd stk uvm v.a o.ä",
);

/** Words that, with a capital, begin a sentence even after an abbreviation or dots. */
export const STARTERS: ReadonlySet<string> = wordSet(
  "i he she it we you they the this that these those there my his her our their but and so because however when if",
  "what how why where who in on at after before then now also please thank thanks yes no not for as with",
  "ich er sie es wir ihr der die das ein eine und aber oder denn wenn weil dann jetzt mein meine dein deine ihre was",
  "wie warum wo wer bitte danke vielen",
);

function wordSet(...lines: readonly string[]): ReadonlySet<string> {
  return new Set(lines.join(" ").split(" "));
}
