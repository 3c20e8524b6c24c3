/** Sentence templates of the simulator. LEARNER and EDITOR stand for the two words. Each has at most 14 words. */
export const SENTENCES_EN: readonly string[] = [
  'In this sentence "EDITOR" fits better than "LEARNER".',
  'The two words are close in meaning, but only "EDITOR" is usual here.',
  '"LEARNER" is understood, yet readers expect "EDITOR" beside the words around it.',
  'The words next to it go with "EDITOR" far more often.',
  '"LEARNER" sounds too general for what the writer wants to say.',
  "The first language may use one word for both.",
  '"EDITOR" names the exact idea and suits written English.',
  '"LEARNER" is at home in other contexts.',
  "This is a restricted collocation: its parts cannot be exchanged freely.",
  'With "EDITOR" the register stays the same through the text.',
  "Learners often carry such pairs over word by word.",
  'A dictionary lists this use under "EDITOR".',
  "Academic readers notice the difference at once.",
  'The meaning of "LEARNER" shifts the focus away from the point.',
];

export const SENTENCES_ZH: readonly string[] = [
  "「LEARNER」和「EDITOR」意思相近，但這裡習慣用「EDITOR」。",
  "前後的詞通常與「EDITOR」搭配，很少與「LEARNER」搭配。",
  "「LEARNER」的意思太籠統，「EDITOR」更精確。",
  "學習者可能把母語的說法逐字翻譯成英文。",
  "在書面語中，「EDITOR」的語氣比較合適。",
  "「LEARNER」常用在別的語境裡。",
];

/** For each word one sentence; the two lists are translations of each other, place by place. */
export const EXAMPLES_EN: readonly (readonly [string, string])[] = [
  ['We met "LEARNER" in the first text.', 'We met "EDITOR" in the second text.'],
  ['Her notes use "LEARNER" twice.', 'Her report uses "EDITOR" once.'],
  ['He asked what "LEARNER" means.', 'He learned when to say "EDITOR".'],
  ['The class wrote "LEARNER" on the board.', 'The class found "EDITOR" in a newspaper.'],
];

export const EXAMPLES_ZH: readonly (readonly [string, string])[] = [
  ["我們在第一篇文章裡看到「LEARNER」。", "我們在第二篇文章裡看到「EDITOR」。"],
  ["她的筆記用了兩次「LEARNER」。", "她的報告用了一次「EDITOR」。"],
  ["他問「LEARNER」是什麼意思。", "他學會了什麼時候說「EDITOR」。"],
  ["全班把「LEARNER」寫在黑板上。", "全班在報紙上找到「EDITOR」。"],
];
