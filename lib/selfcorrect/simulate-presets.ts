import { keyedRng } from "corrigenda/rng";
import { type Cell, type Rates, solveSettled, solveShares } from "./simulate-chain.ts";
import type { Template } from "./types.ts";

/** A model that answers as one in a publication did. */
export interface Preset {
  /** Where the figures are from, and what was assumed beside them. */
  readonly source: string;
  /** By data set; "*" for any other. */
  readonly cells: Readonly<Record<string, Cell>> & { readonly "*": Cell };
}

/** Right answers that are put in other words when asked again; not published anywhere, so small. */
const POLISH = 0.05;
/** Easy and hard halves of a data set differ by this much around their mean: difficulty does not change the closed form. */
const SPREAD = 0.15;

const HUANG =
  "Huang et al. 2024, arXiv:2310.01798, Table 3 (intrinsic; 1, 3, 5 calls) and Table 2 (oracle stop, taken as two rounds); " +
  "other data sets: as GSM8K";
const KOJIMA =
  "Kojima et al. 2022, arXiv:2205.11916, zero-shot then step by step; a fifth of the answers is assumed to";

/** Every preset by its name. */
export const PRESETS = {
  "huang-gpt-3.5": {
    source: HUANG,
    cells: {
      "*": settled([75.9, 75.1, 74.7], 84.3), // GSM8K
      csqa: settled([75.8, 38.1, 41.8], 89.7),
      hotpotqa: settled([26, 25, 25], 29),
    },
  },
  "huang-gpt-4": {
    source: HUANG,
    cells: {
      "*": settled([95.5, 91.5, 89], 97.5), // GSM8K
      // Three fifths are taken to be firm: without them no rates below 1 pass through.
      csqa: settled([82, 79.5, 80], 85.5, 60),
      // No chain rests (49, 49) and then falls (43): some gain 10 points at once, others lose 10 and 6, 41 never move; oracle 59.
      hotpotqa: [
        { share: 0.41, first: 0, rates: always({ ecr: 0, eir: 0 }) },
        { share: 0.14, first: 2 / 7, rates: always({ ecr: 1, eir: 0 }) },
        { share: 0.45, first: 1, rates: always({ ecr: 8 / 45, eir: 10 / 45 }) },
      ],
    },
  },
  "score-base": {
    source: "Kumar et al. 2024, arXiv:2409.12917, Table 2, base model on MATH: 52.6 to 41.4, i->c 4.6, c->i 15.8",
    cells: { "*": halves(0.526, solveShares(0.526, { fixed: 0.046, broken: 0.158 })) },
  },
  flipflop: {
    source:
      "Laban et al. 2023, arXiv:2311.08596: 46 % of answers flip, accuracy falls by 17 points; from 70 % (assumed)",
    cells: {
      "*": halves(0.7, solveShares(0.7, { fixed: 0.09, broken: 0.26, flipped: 0.46 })),
      // Two answers: every flip fixes or breaks.
      boolq: halves(0.7, solveShares(0.7, { fixed: 0.145, broken: 0.315 })),
    },
  },
  "kojima-csqa": { source: `${KOJIMA} change sides; CSQA 68.8 to 64.6`, cells: { "*": turnover(68.8, 64.6) } },
  "kojima-addsub": { source: `${KOJIMA} change sides; AddSub 72.2 to 69.6`, cells: { "*": turnover(72.2, 69.6) } },
  reflexion: {
    source:
      "Shinn et al. 2023, arXiv:2303.11366, released logs, HotpotQA with context, 100 questions, oracle stop: 61, 69, 69, " +
      "70, 72, 74, 75, 75; levels fitted, EIR (unseen under an oracle) assumed",
    cells: {
      "*": [
        { share: 0.6, first: 0.85, rates: always({ ecr: 0.6, eir: 0.02 }) },
        { share: 0.4, first: 0.25, rates: always({ ecr: 0.03, eir: 0.04 }) },
      ],
    },
  },
  learnable: {
    source: "made up: templates differ by style, load and name, so that there is something to learn",
    cells: {
      "*": learnable("*", 1),
      hotpotqa: learnable("hotpotqa", 0.9),
      boolq: learnable("boolq", 0.8),
    },
  },
} as const satisfies Readonly<Record<string, Preset>>;

export type PresetName = keyof typeof PRESETS;

/** A data set's cell: its own, that of its name up to the first "-" (hotpotqa-fullwiki), or the general one. */
export function cellFor({ cells }: Preset, dataset: string): Cell {
  return cells[dataset] ?? cells[dataset.split("-")[0] ?? ""] ?? cells["*"];
}

function always(rates: Pick<Rates, "ecr" | "eir"> & Partial<Rates>): () => Rates {
  const waver = Math.min(0.25, 1 - rates.ecr);
  const whole = { waver, polish: Math.min(POLISH, 1 - rates.eir), ...rates };
  return () => whole;
}

function halves(first: number, rates: Parameters<typeof always>[0]): Cell {
  const spread = Math.min(SPREAD, first, 1 - first);
  return [first + spread, first - spread].map((mean) => ({ share: 0.5, first: mean, rates: always(rates) }));
}

/** In percent. Stubborn questions waver too, from one wrong answer to another. */
function settled(percents: readonly [number, number, number], oracle: number, firmPercent = 0): Cell {
  const [a1, a2, a3] = percents;
  const firm = firmPercent / 100;
  const { stubborn, first, ...rates } = solveSettled([a1 / 100, a2 / 100, a3 / 100], oracle / 100, firm);
  return [
    { share: stubborn, first: 0, rates: always({ ecr: 0, eir: 0 }) },
    { share: firm, first: 1, rates: always({ ecr: 0, eir: 0 }) },
    { share: 1 - stubborn - firm, first, rates: always(rates) },
  ].filter(({ share }) => share > 0);
}

/** From one accuracy to another while a fifth of the answers changes sides. */
function turnover(from: number, to: number): Cell {
  const [first, gain] = [from / 100, (to - from) / 100];
  return halves(first, solveShares(first, { fixed: (0.2 + gain) / 2, broken: (0.2 - gain) / 2 }));
}

const BY_STYLE: Readonly<Record<Template["style"], readonly [ecr: number, eir: number]>> = {
  neutral: [0.3, 0.08],
  concise: [0.25, 0.05],
  supportive: [0.4, 0.03],
  adversarial: [0.25, 0.35],
  "critique-revise": [0.65, 0.06],
  exhaustive: [0.5, 0.15],
};

/** Templates of a style resemble each other; high load costs the hard questions more. */
function learnable(dataset: string, strength: number): Cell {
  const rates =
    (hard: boolean) =>
    (template?: Template): Rates => {
      const [ecr, eir] = BY_STYLE[template?.style ?? "neutral"];
      const rng = keyedRng("learnable", dataset, template?.id ?? "");
      const load = hard && template?.cognitive_load === "high" ? 0.7 : 1;
      const within = (rate: number, around: number): number =>
        Math.min(0.9, Math.max(0.01, rate + around * (2 * rng.next() - 1)));
      const fix = within(ecr, 0.1) * load * strength * (hard ? 0.8 : 1.1);
      return { ecr: fix, eir: within(eir, 0.03), waver: (1 - fix) / 3, polish: POLISH };
    };
  return [
    { share: 0.5, first: 0.75, rates: rates(false) },
    { share: 0.5, first: 0.35, rates: rates(true) },
  ];
}
