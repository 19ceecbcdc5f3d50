import type { Looked } from '../alerting/status-view.ts';
import { escapeMarkup } from './escape-markup.ts';
import { plainName } from './plain-text.ts';
import type { WidgetStyle } from './widget-request.ts';

/** Of a button; nothing of it is escaped. */
export interface WidgetButton {
  readonly text: string;
  /** Sent to the function, beside what the forms of the widget hold. */
  readonly params: Readonly<Record<string, string | number | null>>;
  /** To be confirmed before anything happens. */
  readonly confirmation?: string;
}

/** Whether CloudWatch takes the text of the element or its markup, what it reads is the same JSON. */
const markupProof = (json: string): string =>
  json.replace(/[<>&]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** A button and what it does: CloudWatch binds the second element to the first. */
export function widgetButton({ text, params, confirmation }: WidgetButton, { endpoint }: WidgetStyle): string {
  const confirm = confirmation === undefined ? '' : ` confirmation="${escapeMarkup(confirmation)}"`;
  return (
    `<a class="btn">${escapeMarkup(text)}</a>` +
    `<cwdb-action action="call" display="widget" endpoint="${escapeMarkup(endpoint)}"${confirm}>${markupProof(JSON.stringify(params))}</cwdb-action>`
  );
}

/** A list to choose from; values and texts are escaped here. */
export function widgetSelect(
  name: string,
  label: string,
  options: readonly { readonly value: string; readonly text: string }[],
  chosen: string,
): string {
  const list = options
    .map(
      ({ value, text }) =>
        `<option value="${escapeMarkup(value)}"${value === chosen ? ' selected' : ''}>${escapeMarkup(plainName(text, 80))}</option>`,
    )
    .join('');
  return `<label>${escapeMarkup(label)} <select name="${name}">${list}</select></label>`;
}

/** Choosing one watch of several, or all. Empty where there is nothing to choose. */
export function watchForm(widget: string, watches: readonly string[], chosen: string, style: WidgetStyle): string {
  if (watches.length < 2) return '';
  const options = [{ value: '', text: 'all' }, ...watches.map((name) => ({ value: name, text: name }))];
  return `<form>${widgetSelect('watch', 'Watch', options, chosen)}${widgetButton({ text: 'Show', params: { widget } }, style)}</form>`;
}

/** How much was looked at, with a button for the next part where there is more. */
export function lookedWords(
  widget: string,
  watch: string,
  { shards, shardsRead, atOnce, part, unreadable }: Looked,
  style: WidgetStyle,
): string {
  const damage =
    unreadable.length === 0
      ? ''
      : `<p class="warn">${unreadable.length} stored ${unreadable.length === 1 ? 'object' : 'objects'} cannot be read; the runbook says what to do: ${escapeMarkup(
          unreadable
            .slice(0, 2)
            .map((key) => plainName(key, 80))
            .join(', '),
        )}</p>`;
  if (shardsRead >= shards) return damage;
  const next = (part + 1) * atOnce >= shards ? 0 : part + 1;
  const first = part * atOnce + 1;
  const button = widgetButton(
    { text: next === 0 ? 'The first' : 'The next', params: { widget, watch, part: next } },
    style,
  );
  return `${damage}<div class="row"><span class="dim">Shards ${first} to ${first + shardsRead - 1} of ${shards}.</span>${button}</div>`;
}

/** A table; cells are HTML, escaped by whoever made them. */
export function widgetTable(
  head: readonly { readonly text: string; readonly number?: boolean }[],
  rows: readonly (readonly string[])[],
): string {
  const kind = (column: number): string => (head[column]?.number === true ? ' class="num"' : '');
  const heads = head.map(({ text }, column) => `<th${kind(column)}>${escapeMarkup(text)}</th>`).join('');
  const lines = rows.map((row) => `<tr>${row.map((cell, column) => `<td${kind(column)}>${cell}</td>`).join('')}</tr>`);
  return `<table><thead><tr>${heads}</tr></thead><tbody>${lines.join('')}</tbody></table>`;
}
