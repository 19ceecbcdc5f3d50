import { readFileSync } from 'node:fs';
import { parseSettings } from '../shared/settings/load-settings.ts';
import type { Settings } from '../shared/settings/settings.ts';
import { SettingsError } from '../shared/settings/settings-error.ts';

/**
 * What an `aiops.yaml` says, for the `settings` of the construct.
 *
 * @param path from the working directory.
 * @throws SettingsError where it cannot be read, and with everything that is wrong in it: line, value and remedy.
 */
export function settingsFile(path: string): Settings {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const message = `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    const remedy = 'write one with `npx aiops init`, or name another with -c settings=FILE';
    throw new SettingsError(path, [{ path: '', message, remedy }]);
  }
  return parseSettings(text, path);
}
