import { z } from "zod";

const positive = z.number().positive();

/** What a policy is made from. Every algorithm reads its own part; the rest is kept and does nothing. */
export const PolicyOptions = z.strictObject({
  /** Ids to choose from; NONE among them is known to earn 0. */
  actions: z
    .array(z.string().min(1))
    .min(1, "is empty; give one action at least")
    .refine((ids) => new Set(ids).size === ids.length, "names an action twice")
    .readonly(),
  /** What a token costs, in units of a corrected answer. Source: R4.52. */
  lambda: z.number().min(0).default(0.001),
  /** epsilon_greedy: share of random choices before the first one. Source: facts 4.D. */
  epsilon: z.number().min(0).max(1).default(0.1),
  /** epsilon_greedy: what it is multiplied by at every choice. Source: facts 4.D. */
  decay: positive.max(1).default(0.99),
  /** Gaussian and linear policies: standard deviation of one reward. */
  noise: positive.default(0.55),
  /** Gaussian policies: standard deviation of a template's mean reward, before anything is known. */
  prior: positive.default(0.3),
  /** beta_ts: what rewards lie between; one outside counts as the end. */
  range: z
    .tuple([z.number(), z.number()])
    .refine(([low, high]) => low < high, "does not rise; give the least and the largest reward")
    .readonly()
    .default([-1.1, 1.1]),
  /** halting: the probability that the best template helps, below which it stops. */
  stop: positive.max(0.5).default(0.05),
  /** frozen: the probability that the best template helps, from which it is used. */
  sure: z.number().min(0.5).lt(1).default(0.9),
});
export type PolicyOptions = z.infer<typeof PolicyOptions>;
