/** How the pages behind links look: the colours of the mails, light and dark, one column that fits a phone. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --paper: #ffffff; --ground: #f4f2ee; --rule: #e4e0d8;
  --go: #1f6f4a; --go-ink: #ffffff; --stop: #9b2c2c; }
@media (prefers-color-scheme: dark) { :root { --ink: #ece9e2; --soft: #a6adb8; --paper: #1d222a; --ground: #13171d;
  --rule: #343b46; --go: #58b98a; --go-ink: #0d1a13; --stop: #ef8f8f; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: start center; padding: 3rem 1.25rem; background: var(--ground);
  color: var(--ink); font: 1rem/1.5 -apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; }
main { width: 100%; max-width: 34rem; background: var(--paper); border: 1px solid var(--rule); border-radius: 1rem; padding: 2rem; }
.shop { margin: 0 0 1.5rem; color: var(--soft); font-weight: 600; overflow-wrap: anywhere; }
h1 { margin: 0 0 .4rem; font-size: 1.6rem; line-height: 1.25; letter-spacing: -.01em; }
p { margin: 0 0 1.25rem; color: var(--soft); }
ul { list-style: none; margin: 0 0 1.25rem; padding: 0; border-top: 1px solid var(--rule); }
li { display: grid; grid-template-columns: 4rem 1fr auto; gap: 0 1rem; align-items: center; padding: .9rem 0;
  border-bottom: 1px solid var(--rule); }
li img, li .none { width: 4rem; height: 4rem; border-radius: .5rem; background: var(--ground); object-fit: cover; display: block; }
.title { font-weight: 600; overflow-wrap: anywhere; }
.more { color: var(--soft); font-size: .875rem; }
.note { color: var(--stop); font-size: .875rem; }
.gone .title, .gone .amount { color: var(--soft); text-decoration: line-through; }
.amount { font-variant-numeric: tabular-nums; white-space: nowrap; }
.sum { display: flex; justify-content: space-between; gap: 1rem; margin: 0 0 1.5rem; color: var(--ink); font-weight: 650; }
form { margin: 0; }
button { width: 100%; padding: .9rem 1rem; border: 0; border-radius: .6rem; font: inherit; font-weight: 600; cursor: pointer;
  background: var(--go); color: var(--go-ink); }
button:hover { filter: brightness(1.08); }
button:focus-visible { outline: 3px solid var(--go); outline-offset: 3px; }
.small { margin: 1.5rem 0 0; font-size: .8125rem; overflow-wrap: anywhere; }
@media (max-width: 34rem) { body { padding: 0; background: var(--paper); } main { border: 0; border-radius: 0; padding: 1.5rem 1.25rem; }
  li { grid-template-columns: 3.25rem 1fr auto; gap: 0 .75rem; } li img, li .none { width: 3.25rem; height: 3.25rem; } }
`;
