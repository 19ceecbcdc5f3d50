import { isolationForest } from './isolation-forest.ts';
import { mlIsolationForest } from './ml-isolation-forest.ts';
import { trainingRange } from './training-range.ts';

/** Detectors over rows of features, by the name that settings and stored models know them by. */
export const featureDetectors = {
  'isolation-forest': isolationForest,
  'ml-isolation-forest': mlIsolationForest,
  'training-range': trainingRange,
} as const;
