import type { Declaration } from "./types.ts";

/** The public data set of the study ielts: questions, essays, evaluations, bands. */
export const ielts: Declaration = {
  name: "ielts",
  source:
    "chillies/IELTS-writing-task-2-evaluation, https://huggingface.co/datasets/chillies/IELTS-writing-task-2-evaluation",
  licence: "no licence stated: the repository has no card, two CSV files alone (listing of the hub, read 2026-11-21)",
  mayLeaveMachine: false,
};

/** The essays of data/sample/ielts, written for this project. */
export const ieltsSample: Declaration = {
  name: "ielts-sample",
  source: "data/sample/ielts, written for this project",
  licence: "CC0 1.0",
  mayLeaveMachine: true,
};

/** A data set of the hub that the user names: nothing is known of its rights. */
export const hub: Declaration = {
  name: "hub",
  source: "a data set of the Hugging Face hub that the user names",
  licence: "unknown licence: see its card",
  mayLeaveMachine: false,
};
