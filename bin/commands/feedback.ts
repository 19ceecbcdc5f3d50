import { systemClock } from '../../shared/adapters/local/system-clock.ts';
import type { Feedback } from '../../shared/alerting/feedback.ts';
import { listFeedback, removeFeedback } from '../../shared/pipeline/list-feedback.ts';
import { plainName } from '../../shared/presentation/plain-text.ts';
import { textTable } from '../../shared/presentation/text-table.ts';
import { durationWords, timeWords, valueWords } from '../../shared/presentation/words.ts';
import type { RunCommand } from '../command-line.ts';
import { exitCode, Misuse } from '../exit-code.ts';
import { humanLog } from '../human-log.ts';
import { openStore } from '../open-store.ts';
import { flag, text } from '../options.ts';

/** `feedback`: what people called normal, and taking it back. */
export const feedback: RunCommand = async (args, options, terminal) => {
  const verb = args.at(0) ?? 'list';
  const id = args.at(1);
  if (verb !== 'list' && verb !== 'remove') throw new Misuse(`feedback ${verb}: not one of list, remove`);
  if (verb === 'list' && id !== undefined) throw new Misuse(`${id} is one argument too many: aiops feedback list`);
  if (verb === 'remove' && id === undefined)
    throw new Misuse('missing <id>: aiops feedback remove <id>, see aiops feedback');
  const ports = { store: await openStore(options, terminal), log: humanLog(terminal, flag(options, 'debug')) };
  const { feedback: all, unreadable } = await listFeedback(text(options, 'watch'), ports);
  if (id === undefined) {
    const now = systemClock.now();
    if (flag(options, 'json')) terminal.out(`${JSON.stringify({ feedback: all, unreadable })}\n`);
    else if (all.length === 0) terminal.out('Nobody called anything normal.\n');
    else terminal.out(`${feedbackTable(all, now).join('\n')}\n`);
    if (unreadable.length > 0) terminal.err(`aiops: unreadable, and not heeded: ${unreadable.join(', ')}\n`);
    return exitCode.ok;
  }
  const found =
    all.find((one) => one.id === id) ??
    onlyOne(
      all.filter((one) => one.id.endsWith(id)),
      id,
    );
  const outcome = await removeFeedback(found.watch, found.id, ports);
  if (flag(options, 'json')) terminal.out(`${JSON.stringify({ feedback: found.id, watch: found.watch, outcome })}\n`);
  else terminal.out(`${found.id} is taken back: from one of the next ticks on it is told again.\n`);
  return exitCode.ok;
};

function onlyOne(found: readonly Feedback[], id: string): Feedback {
  if (found.length === 1) return found[0];
  if (found.length === 0) throw new Misuse(`${id}: there is no such feedback; see aiops feedback`);
  throw new Misuse(`${id}: ${found.length} end so: ${found.map((one) => one.id).join(', ')}`);
}

function feedbackTable(all: readonly Feedback[], now: number): readonly string[] {
  const columns = ['id', 'watch', 'what', 'kind', 'by', 'said (UTC)', 'ends'];
  const rows = all.map(({ id, watch, entity, label, direction, observed, expected, unit, by, at, until }) => {
    const size =
      observed === null || expected === null
        ? ''
        : ` (${valueWords(observed, unit)}, expected ${valueWords(expected, unit)})`;
    const kind = direction === 'any' ? 'as a whole' : `${direction} usual${size}`;
    const end = until === null ? 'never' : until <= now ? 'ended' : `in ${durationWords(until - now)}`;
    const what = entity === label ? entity : `${entity} ${label}`;
    return [id, plainName(watch, 30), plainName(what, 50), kind, plainName(by, 30), timeWords(at).slice(0, 16), end];
  });
  return textTable(
    columns.map((heading) => ({ heading })),
    rows,
  );
}
