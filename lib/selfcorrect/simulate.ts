export * from "./simulate-chain.ts";
export {
  type FigureRows,
  type FiguresAsked,
  figureRows,
  type SimulatedFigures,
  simulatedFigures,
} from "./simulate-figures.ts";
export { type SimulatedModel, simulatedAsk, simulateSelfcorrect } from "./simulate-model.ts";
export { cellFor, PRESETS, type Preset, type PresetName } from "./simulate-presets.ts";
