import type { Notice, NoticeFinding } from '../alerting/notice.ts';
import type { Severity } from '../alerting/severities.ts';
import { boundaryWords, foreseenWords, forecastReason, isForecast, whenWords } from './forecast-words.ts';
import { glanceValue } from './glance-value.ts';
import { momentWords, sinceWords } from './moment-words.ts';
import { plainName, plainText, someOf } from './plain-text.ts';
import { durationWords, rarityWords } from './words.ts';

/** Whether the notice says that it is over. */
export const isEnding = ({ reason }: Pick<Notice, 'reason'>): boolean =>
  reason === 'all-resolved' || reason === 'closed' || reason === 'began-and-ended';

const severityIcon: Readonly<Record<Severity, string>> = {
  CRITICAL: '🚨',
  HIGH: '🔴',
  MEDIUM: '🟠',
  LOW: '🟡',
  INFO: '🔵',
};

/** One sign that tells good from bad before anything is read. */
export function noticeIcon({ test, reason, severity }: Notice): string {
  if (test === true) return '🧪';
  if (reason === 'all-resolved') return '✅';
  return isEnding({ reason }) ? '⚪' : severityIcon[severity];
}

/** How bad, where, what: the one line that fits a lock screen, without the icon. Not escaped. */
export function headline(notice: Notice, most = 140): string {
  const test = notice.test === true ? 'TEST – ' : '';
  return plainText(`${test}${openingWords(notice)} ${subject(notice)}${endingWords(notice)}`, most);
}

function openingWords(notice: Notice): string {
  const { severity, reason } = notice;
  switch (reason) {
    case 'first-notice':
      return `${severity}:`;
    case 'worse':
      return `Worse, now ${severity}:`;
    case 'new-series':
      return `${severity}, now more than before:`;
    case 'reminder':
      return `Still ${severity}:`;
    case 'flapping':
      return `${severity}, comes and goes:`;
    case 'all-resolved':
      return isOnlyForeseen(notice) ? 'Danger has passed:' : 'Resolved:';
    case 'began-and-ended':
      return 'Already over:';
    case 'channel-refused':
      return `${severity}, not told everywhere:`;
    case 'acknowledged':
      return `Taken up${byWhom(notice)}:`;
    case 'closed':
      return `${closedWords(notice)}:`;
    case 'page-budget-spent':
      return 'No more pages today:';
  }
}

/** Nothing of it has happened: it was expected, and no more. */
const isOnlyForeseen = ({ findings }: Notice): boolean => findings.length > 0 && findings.every(isForecast);

function endingWords({ reason, since, until, at }: Notice): string {
  const lasted = (until ?? at) - since;
  const tells = reason === 'all-resolved' || reason === 'began-and-ended';
  return tells && Number.isFinite(lasted) && lasted > 0 ? `, after ${durationWords(lasted)}` : '';
}

/** How something ended that did not recover. */
export function closedWords(notice: Notice): string {
  switch (notice.closeReason ?? 'recovered') {
    case 'entity-gone':
      return 'Closed, it is gone';
    case 'no-longer-known':
      return 'Closed, it is looked after no more';
    case 'by-person':
      return `Closed${byWhom(notice) || ' by a person'}`;
    case 'joined-storm':
      return 'Closed, told together with others';
    case 'recovered':
      return 'Closed';
  }
}

const byWhom = ({ by }: Notice): string => (by === undefined || by === '' ? '' : ` by ${plainName(by, 80)}`);

/** Where and what, in as few words as say it. */
function subject(notice: Notice): string {
  const { findings, entities, reason } = notice;
  if (reason === 'page-budget-spent') return `the daily pages of ${watchWords(notice)} are spent`;
  if (findings.length === 0) return plainName(notice.title, 100);
  const [worst] = findings;
  if (entities.length > 1) {
    const names = entities.map((name) => plainName(name, 60));
    const are = isOnlyForeseen(notice) && !isEnding(notice) ? 'near their limits' : 'at once';
    return `${entities.length} ${are} in ${watchWords(notice)}: ${someOf(names, 3)}`;
  }
  const where = plainName(worst.entity, 60);
  const what = isEnding(notice) ? labelOf(worst) : briefly(worst, notice);
  return what === '' ? where : `${where} ${what}`;
}

/** The watches, by name. */
export const watchWords = ({ watches }: Notice): string =>
  watches.length === 0
    ? 'no watch'
    : someOf(
        watches.map((name) => plainName(name, 60)),
        2,
      );

/** What is meant; empty where it is the entity as a whole. A storm's labels begin with the entity. */
const labelOf = ({ label, entity }: NoticeFinding): string =>
  label === entity ? '' : plainName(label.startsWith(`${entity} `) ? label.slice(entity.length + 1) : label, 80);

function briefly(finding: NoticeFinding, { at, timezone }: Notice): string {
  const label = labelOf(finding);
  if (isForecast(finding)) return `${label} ${foreseenWords(finding, at, timezone)}`.trim();
  if (explainsItself(finding)) return `– ${plainText(finding.explanation, 160)}`;
  const why = plainText(finding.explanation, 160);
  // Of a pattern or a level the newest value tells nothing.
  if (isWithinRange(finding) && why !== '') return `${label} – ${why}`.trim();
  const numbers = observedWords(finding);
  if (numbers !== '') return `${label} ${numbers}`.trim();
  return label === '' ? 'is unusual as a whole' : `${label} is unusual`;
}

/** Limits, silence, and entities as a whole have no range of their own: their sentence says more than a number. */
const explainsItself = (finding: NoticeFinding): boolean =>
  !hasRange(finding) && !isForecast(finding) && plainText(finding.explanation) !== '';

const hasRange = ({ lower, upper }: NoticeFinding): boolean => lower !== null && upper !== null;

/** The newest value is an ordinary one: what is unusual is how it came to it. */
const isWithinRange = ({ observed, lower, upper }: Pick<NoticeFinding, 'observed' | 'lower' | 'upper'>): boolean =>
  observed !== null && lower !== null && upper !== null && observed >= lower && observed <= upper;

/** `97.3 %, usual 20 to 45.1 %`, or `38.7, within the usual 35.7 to 50.7`; empty where nothing was observed. */
export function observedWords(finding: NoticeFinding): string {
  const { kind, observed, expected, lower, upper, unit } = finding;
  if (observed === null) return '';
  // Nothing is unusual that is only foreseen.
  if (isForecast({ kind })) return glanceValue(observed, unit);
  const usual =
    lower !== null && upper !== null
      ? `, ${isWithinRange(finding) ? 'within the ' : ''}usual ${glanceValue(lower, '')} to ${glanceValue(upper, unit)}`
      : expected === null
        ? ''
        : `, expected ${glanceValue(expected, unit)}`;
  return `${glanceValue(observed, unit)}${usual}`;
}

/** What was expected, where the range alone does not say it. */
export const expectedWords = ({ expected, lower, upper, unit }: NoticeFinding): string =>
  expected === null || lower === null || upper === null ? '' : `expected ${glanceValue(expected, unit)}`;

/** How unusual it is; empty where that is not known, or a limit was set by people. */
export const unusualWords = ({ rarity }: NoticeFinding): string => {
  if (rarity === null || ![rarity.onceInSeconds, rarity.evidenceSeconds].every(Number.isFinite)) return '';
  return rarityWords(rarity);
};

const SHARES_SHOWN = 5;
const SHARE_WORTH_SAYING = 0.05;

/** What has the largest part in it, such as `cpu 61 % (far above usual)`; none where the finding is of one metric. */
export const shareWords = ({ shares }: NoticeFinding): readonly string[] =>
  shares
    .filter(({ share }) => share >= SHARE_WORTH_SAYING && share <= 1)
    .slice(0, SHARES_SHOWN)
    .map(({ label, share, words }) => {
      const how = plainText(words, 80);
      return `${plainName(label, 80)} ${Math.round(share * 100)} %${how === '' ? '' : ` (${how})`}`;
    });

/** The gravest of a notice, in what the headline leaves open. Empty where there is nothing to say. */
export interface MainFacts {
  /** Where the headline speaks of more than this. */
  readonly name: string;
  /** Observed against expected; `now` of what is over. */
  readonly numbers: string;
  /** Since when, and how unusual. */
  readonly when: string;
  readonly why: string;
  /** What has the largest part in it. */
  readonly parts: readonly string[];
}

/** Says nothing twice: what the headline holds is left out but for numbers, which are read again and again. */
export function mainFacts(notice: Notice): MainFacts {
  const { since, at, until, reason, findings, timezone } = notice;
  const over = isEnding(notice);
  if (findings.length === 0) {
    const when = sinceWords(since, at, over ? (until ?? at) : undefined, timezone);
    return { name: '', numbers: '', when, why: '', parts: [] };
  }
  const [worst] = findings;
  if (reason === 'page-budget-spent')
    return { name: '', numbers: '', when: '', why: plainText(worst.explanation, 500), parts: [] };
  const several = notice.entities.length > 1;
  const name = several ? `${plainName(worst.entity, 100)} ${labelOf(worst)}`.trim() : '';
  if (isForecast(worst) && !over) return { name, ...foreseenFacts(worst, notice), parts: [] };
  const spoken = !over && !several && explainsItself(worst);
  const isPattern = isWithinRange(worst) && !over && plainText(worst.explanation) !== '';
  const when = over
    ? [sinceWords(since, at, until ?? at, timezone)]
    : [sinceWords(worst.since, at, undefined, timezone), unusualWords(worst)];
  const value = worst.observed === null ? '' : `observed ${glanceValue(worst.observed, worst.unit)}`;
  const observed = several || isPattern || expectedWords(worst) === '' ? observedWords(worst) : value;
  const numbers =
    observed === '' ? '' : [observed, isPattern ? '' : expectedWords(worst)].filter((words) => words !== '').join(', ');
  return {
    name,
    numbers: !over
      ? spoken
        ? ''
        : numbers
      : reason === 'closed' || numbers === ''
        ? ''
        : `now ${observedWords(worst)}`,
    when: when.filter((words) => words !== '').join(', '),
    why:
      spoken || (isPattern && !several) || reason === 'closed' || isForecast(worst)
        ? ''
        : plainText(worst.explanation, 500),
    parts: over ? [] : shareWords(worst),
  };
}

function foreseenFacts(finding: NoticeFinding, { at, timezone }: Notice): Pick<MainFacts, 'numbers' | 'when' | 'why'> {
  const since = sinceWords(finding.since, at, undefined, timezone);
  const when = [whenWords(finding.forecast, at, timezone), `foreseen ${since}`];
  return {
    numbers: boundaryWords(finding, at, timezone),
    when: when.filter((words) => words !== '').join('; '),
    why: forecastReason(finding),
  };
}

/** One line of something that fires beside the gravest. */
export function otherWords(notice: Notice, finding: NoticeFinding): string {
  const { entity, status } = finding;
  const label = labelOf(finding);
  const name = notice.entities.length > 1 || label === '' ? `${plainName(entity, 80)} ${label}`.trim() : label;
  if (isEnding(notice)) return name;
  if (status !== 'firing') return `${name}: ${status === 'normal' ? 'normal again' : 'not known now'}`;
  if (isForecast(finding))
    return [name, foreseenWords(finding, notice.at, notice.timezone)].filter((words) => words !== '').join(': ');
  const why = explainsItself(finding) ? plainText(finding.explanation, 200) : '';
  const facts = [why === '' ? observedWords(finding) : why, unusualWords(finding)];
  // A limit's sentence begins with its metric.
  const short = label !== '' && why.startsWith(label) ? name.slice(0, -label.length).trim() : name;
  return [short, facts.filter((words) => words !== '').join(', ')].filter((words) => words !== '').join(': ');
}

const REFUSALS_SHOWN = 3;

/** Sentences that stand apart, because whoever overlooks them is misled. */
export function cautions(notice: Notice): readonly string[] {
  const { test, stale, evaluatedAt, at, reason, timezone, refused } = notice;
  return [
    ...(test === true ? ['This is a test. Nothing is wrong.'] : []),
    ...(stale && !isEnding(notice)
      ? [`Not evaluated since ${momentWords(evaluatedAt, at, timezone)}: what is said here may have changed.`]
      : []),
    ...(refused ?? [])
      .slice(0, REFUSALS_SHOWN)
      .map(({ channel, reason: why }) => `It could not be told on ${plainName(channel, 60)}: ${plainText(why, 200)}`),
    ...(reason === 'began-and-ended' ? ['It was over before it could be told. Nobody was paged.'] : []),
    ...(reason === 'flapping' ? ['It will not be told again until it is calm, unless it gets worse.'] : []),
  ];
}

/** Where it came from, for whoever looks for it: watch, labels, incident. */
export function originWords(notice: Notice): readonly string[] {
  const labels = Object.entries(notice.labels).map(([name, value]) => `${plainName(name, 40)}=${plainName(value, 60)}`);
  return [
    `${notice.watches.length > 1 ? 'watches' : 'watch'} ${watchWords(notice)}`,
    ...(labels.length === 0 ? [] : [someOf(labels, 4)]),
    ...(notice.deployment === '' ? [] : [plainText(notice.deployment, 60)]),
    `incident ${plainName(notice.incident, 60)}`,
  ];
}
