import { readScheduledEvent } from '../../shared/pipeline/read-event.ts';
import { trainModels, type TrainPorts, type TrainSummary } from '../../shared/pipeline/train-models.ts';

/** A training: what a schedule, or a person with `{}`, asks for. */
export const createHandler =
  (ports: () => Promise<TrainPorts>) =>
  async (event: unknown): Promise<TrainSummary> =>
    trainModels(readScheduledEvent(event), await ports());
