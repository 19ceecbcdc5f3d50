import { SettingsError, type SettingsProblem } from './settings-error.ts';
import { settingsProblems } from './settings-problems.ts';
import { settingsSchema, type Settings } from './settings.ts';
import { readYaml } from './yaml-source.ts';

const shortest = 'three lines do: "watches:", "  servers:", "    select: AWS/EC2"';

/**
 * `Settings` of an `aiops.yaml`, complete with all defaults.
 *
 * @param fileName what the message calls the file.
 * @throws SettingsError that lists everything that is wrong, each with path, line, value and remedy.
 */
export function parseSettings(yamlText: string, fileName: string): Settings {
  const { value, lineOf } = readYaml(yamlText, fileName);
  if (value === undefined || value === null) {
    throw new SettingsError(fileName, [{ path: '', message: 'is empty', remedy: shortest }]);
  }
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new SettingsError(fileName, [{ path: '', line: 1, message: 'does not hold settings', remedy: shortest }]);
  }
  return checkSettings(value, fileName, lineOf);
}

/**
 * `Settings` of what a deployment stored: already complete, and checked again, since code of another version may have
 * written them.
 *
 * @throws SettingsError on what is not JSON, or not settings.
 */
export function parseSettingsJson(text: string, origin = 'stored settings'): Settings {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SettingsError(origin, [
      { path: '', message: `are not JSON: ${reason}`, remedy: 'deploy the stack again, which stores them' },
    ]);
  }
  return checkSettings(value, origin);
}

/**
 * `Settings` of a plain object, such as a construct's props.
 *
 * @throws SettingsError that lists everything that is wrong.
 */
export function checkSettings(
  value: unknown,
  origin: string,
  lineOf?: (path: readonly PropertyKey[]) => number | undefined,
): Settings {
  const parsed = settingsSchema.safeParse(value);
  const problems = parsed.success
    ? watchingNothing(parsed.data, lineOf)
    : settingsProblems(parsed.error.issues, value, lineOf);
  if (!parsed.success || problems.length > 0) throw new SettingsError(origin, problems);
  return parsed.data;
}

/** CloudWatch has more metrics than anybody wants to pay for: what to look after has to be said. Other sources do not. */
function watchingNothing(
  settings: Settings,
  lineOf: (path: readonly PropertyKey[]) => number | undefined = () => undefined,
): readonly SettingsProblem[] {
  return Object.entries(settings.watches)
    .filter(([, { source, select, metrics, expressions }]) => {
      return source.kind === 'cloudwatch' && select.length + metrics.length + expressions.length === 0;
    })
    .map(([name]) => {
      const line = lineOf(['watches', name]);
      return {
        path: `watches.${name}`,
        ...(line === undefined ? {} : { line }),
        message: 'looks after nothing',
        remedy: 'give it select, metrics or expressions, such as select: AWS/EC2',
      };
    });
}
