import { StudyError } from "corrigenda/error";
import type { Batch, Executor } from "corrigenda/train";

/**
 * Losses of a mixture of models: of each token -ln of the mean of its probabilities. @param losses [models >= 1][tokens]
 * in nats; the models scored the same tokens @returns [tokens]
 */
export function averagedLosses(losses: readonly ArrayLike<number>[]): Float64Array {
  const [first, ...others] = losses;
  if (first === undefined || others.some(({ length }) => length !== first.length))
    throw new StudyError("dataset", "a mixture needs the losses of the same tokens from every model; score them again");
  return Float64Array.from({ length: first.length }, (_, token) => {
    const least = losses.reduce((low, one) => Math.min(low, one[token] as number), Number.POSITIVE_INFINITY);
    const mass = losses.reduce((sum, one) => sum + Math.exp(least - (one[token] as number)), 0);
    return least - Math.log(mass / losses.length);
  });
}

/** The models of a mixture as one, with all that scoring needs. @param models [>= 1] */
export function averagedModels(models: readonly Pick<Executor, "evaluate">[]): Pick<Executor, "name" | "evaluate"> {
  return {
    name: `mean of ${models.length} models`,
    evaluate: async (batch: Batch) => {
      const losses: Float32Array[] = [];
      // One after the other: they share the machine.
      for (const model of models) losses.push(await model.evaluate(batch));
      return Float32Array.from(averagedLosses(losses));
    },
  };
}
