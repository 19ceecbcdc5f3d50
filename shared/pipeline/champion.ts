import type { StoragePorts } from '../models/stored-artefact.ts';
import type { EntityModel } from './entity-model.ts';

/** The watch's champion in the registry; undefined before the first training. */
export async function championId(ports: StoragePorts, watch: string): Promise<string | undefined> {
  void ports;
  void watch;
  return undefined;
}

export async function loadModel(ports: StoragePorts, watch: string, id: string): Promise<EntityModel | undefined> {
  void ports;
  void watch;
  void id;
  return undefined;
}
