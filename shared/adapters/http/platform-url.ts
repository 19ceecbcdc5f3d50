/**
 * Stands in for `whatwg-url` in the bundles: `node-fetch`, which PagerDuty's client brings, asks it for a `URL` only
 * where Node has none, and it carries 290 KB of tables for that.
 */
export default { URL, URLSearchParams };
