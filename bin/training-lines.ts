import type { WatchTraining } from '../shared/pipeline/train-models.ts';

const outcomes: Readonly<Record<WatchTraining['outcome'], string>> = {
  promoted: 'what was learned is in use from now on',
  'kept-champion': 'nothing better was learned; what was in use stays',
  overtaken: 'another training ended first; what it learned is in use',
  'not-enough-history': 'there is too little history to learn from',
  'nothing-to-train': 'there is nothing to train',
};

/** What came of a watch's training, in words for people who know neither the measure nor the threshold. */
export function trainingLines({
  watch,
  outcome,
  reason,
  rows,
  entities,
  quality,
  budget,
}: WatchTraining): readonly string[] {
  if (rows === 0) return [`${watch}: no history yet: run collect`];
  const before = quality?.champion === undefined ? '' : `, ${quality.champion.toFixed(2)} with the one before`;
  return [
    `${watch}: ${rows} rows of ${entities} ${entities === 1 ? 'entity' : 'entities'} read; ${outcomes[outcome]}`,
    ...(quality === undefined
      ? []
      : [
          `  How well planted faults stand out (1 is perfect): ${quality.candidate.toFixed(2)} with the new model, ${quality.streaming.toFixed(2)} without one${before}.`,
        ]),
    ...(budget === undefined
      ? []
      : [
          `  Alerts: ${budget.asked} asked for, ${budget.deliveredPerWeek.toFixed(1)} a week on history that was kept aside.`,
        ]),
    // Where something is in use, the numbers say why; else the reason says what is missing.
    ...(outcome === 'promoted' || outcome === 'overtaken' || reason === '' ? [] : [`  ${reason}`]),
  ];
}
