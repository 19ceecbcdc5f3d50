/** What the console shows of the function to whoever builds a dashboard. Markdown. */
export const widgetHelp = `## AIOps monitoring

Draws what the monitoring knows, from its own bucket. Nothing is asked of CloudWatch, and nothing is changed but by its buttons.

### Widgets

| parameter \`widget\` | shows |
| --- | --- |
| \`incidents\` | what is open: severity, thing, since when, why; buttons to acknowledge, snooze, and call normal |
| \`explorer\` | one series: history, usual range, anomalies, forecast and limit; lists to choose another |
| \`capacity\` | what fills up or comes near its limit, and when |
| \`models\` | the models in use, their age, evaluation and drift |
| \`coverage\` | series watched, silent and never judged; what is asked of CloudWatch |

### Parameters

\`\`\`yaml
widget: explorer          # required
watch: servers            # optional: a watch of the settings
entity: InstanceId=i-0abc # optional, of explorer
series: CPUUtilization    # optional, of explorer: the label of a metric
\`\`\`

Theme, size, time zone, time range and zoom are those of the dashboard. Whoever looks at it needs the right to invoke this function; its buttons need no more, and what they do is written into the audit.
`;
