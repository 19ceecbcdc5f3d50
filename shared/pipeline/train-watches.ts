import { watchNamed } from './detect-ports.ts';
import {
  type ForecasterTraining,
  trainForecasters,
  type TrainForecastersPorts,
  type TrainForecastersRequest,
} from './train-forecasters.ts';
import { trainModels, type TrainPorts, type TrainSummary } from './train-models.ts';

export interface Training extends TrainSummary {
  readonly forecasters: readonly ForecasterTraining[];
}

/**
 * First the models, then forecasters for the time that is left, also where models failed.
 *
 * @throws RangeError for a watch that the settings do not have, before anything is trained.
 * @throws what failed once both had their turn; an AggregateError where both did.
 */
export async function trainWatches(
  request: TrainForecastersRequest,
  ports: TrainPorts & TrainForecastersPorts,
): Promise<Training> {
  if (request.watch !== undefined) watchNamed(ports.settings, request.watch);
  const { watch, tick } = request;
  const asked = { ...(watch === undefined ? {} : { watch }), ...(tick === undefined ? {} : { tick }) };
  const [models] = await Promise.allSettled([trainModels(asked, ports)]);
  const [forecasters] = await Promise.allSettled([trainForecasters(request, ports)]);
  if (models.status === 'fulfilled' && forecasters.status === 'fulfilled')
    return { ...models.value, forecasters: forecasters.value.watches };
  const failures: unknown[] = [models, forecasters].flatMap((one) =>
    one.status === 'rejected' ? [one.reason as unknown] : [],
  );
  if (failures.length === 1) throw failures[0];
  throw new AggregateError(failures, `models and forecasters failed: ${failures.map(String).join('; ')}`);
}
