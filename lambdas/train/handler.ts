import type { Context } from 'aws-lambda';
import { loggedRun } from '../../shared/pipeline/logged-run.ts';
import { readScheduledEvent } from '../../shared/pipeline/read-event.ts';
import type { TrainPorts } from '../../shared/pipeline/train-models.ts';
import { type Training, trainWatches } from '../../shared/pipeline/train-watches.ts';

/** What a run tells of itself. */
export type Run = Pick<Context, 'getRemainingTimeInMillis'>;

/** Whatever is being fitted when time is up must still be ended, stored and told of. */
const ENDING_SECONDS = 60;

/** A training: what a schedule, or a person with `{}`, asks for. */
export const createHandler =
  (ports: () => Promise<TrainPorts>) =>
  async (event: unknown, run: Run): Promise<Training> => {
    const request = readScheduledEvent(event);
    const ready = await ports();
    const until = ready.clock.now() + run.getRemainingTimeInMillis() / 1000 - ENDING_SECONDS;
    return loggedRun('training', ready, () => trainWatches({ ...request, by: 'train function', until }, ready));
  };
