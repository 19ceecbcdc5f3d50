import { SettingsError, type SettingsProblem } from '../shared/settings/settings-error.ts';

/** @throws SettingsError with this one problem; {@link gather} puts several into one. */
export function refuse(path: string, message: string, remedy: string, got?: string): never {
  throw new SettingsError('AnomalyMonitoring', [{ path, message, remedy, ...(got === undefined ? {} : { got }) }]);
}

/** Runs a step and adds what it refuses to `problems`, so that everything wrong is told at once. */
export function gather<T>(problems: SettingsProblem[], step: () => T): T | undefined {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
}
