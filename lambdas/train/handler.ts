import type { Context } from 'aws-lambda';
import { readScheduledEvent } from '../../shared/pipeline/read-event.ts';
import { type ForecasterTraining, trainForecasters } from '../../shared/pipeline/train-forecasters.ts';
import { trainModels, type TrainPorts, type TrainSummary } from '../../shared/pipeline/train-models.ts';

/** What a run tells of itself. */
export type Run = Pick<Context, 'getRemainingTimeInMillis'>;

/** Whatever is being fitted when time is up must still be ended, stored and told of. */
const ENDING_SECONDS = 60;

export interface Training extends TrainSummary {
  readonly forecasters: readonly ForecasterTraining[];
}

/**
 * A training: what a schedule, or a person with `{}`, asks for. First the models, then forecasters for the time left,
 * also where models failed: what failed is thrown once both had their turn.
 */
export const createHandler =
  (ports: () => Promise<TrainPorts>) =>
  async (event: unknown, run: Run): Promise<Training> => {
    const request = readScheduledEvent(event);
    const ready = await ports();
    const until = ready.clock.now() + run.getRemainingTimeInMillis() / 1000 - ENDING_SECONDS;
    const [models] = await Promise.allSettled([trainModels(request, ready)]);
    const forecasting = trainForecasters({ ...request, by: 'train function', until }, ready);
    const [forecasters] = await Promise.allSettled([forecasting]);
    if (models.status === 'fulfilled' && forecasters.status === 'fulfilled')
      return { ...models.value, forecasters: forecasters.value.watches };
    const failures: unknown[] = [models, forecasters].flatMap((one) =>
      one.status === 'rejected' ? [one.reason as unknown] : [],
    );
    if (failures.length === 1) throw failures[0];
    throw new AggregateError(failures, `models and forecasters failed: ${failures.map(String).join('; ')}`);
  };
