/** How the test inbox looks, in light and dark. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --paper: #ffffff; --ground: #f2f0eb; --line: #dcd8cf;
  --go: #1f6f4a; --note: #fbf3d9; --note-ink: #6a5310; }
@media (prefers-color-scheme: dark) { :root { --ink: #ece9e2; --soft: #a6adb8; --paper: #1d222a; --ground: #13171d;
  --line: #343b46; --go: #58b98a; --note: #2f2914; --note-ink: #e6cf85; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: flex; flex-direction: column; background: var(--ground); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
.note { margin: 0; padding: .5rem 1.25rem; background: var(--note); color: var(--note-ink); font-size: .875rem; text-align: center; }
main { width: 100%; max-width: 52rem; margin: 0 auto; padding: 1.5rem 1.25rem 3rem; flex: 1; }
main.full { max-width: none; padding: 0; display: flex; flex-direction: column; }
h1 { margin: 0 0 1rem; font-size: 1.5rem; line-height: 1.25; letter-spacing: -.015em; overflow-wrap: anywhere; }
a { color: var(--go); } a:focus-visible, button:focus-visible { outline: 3px solid var(--go); outline-offset: 2px; }
.empty { color: var(--soft); }
.mails { list-style: none; margin: 0 0 1.25rem; padding: 0; background: var(--paper); border: 1px solid var(--line);
  border-radius: .9rem; overflow: hidden; }
.mails li + li { border-top: 1px solid var(--line); }
.mails a { display: grid; grid-template-columns: 1fr auto; gap: .1rem 1rem; padding: .8rem 1.1rem; color: inherit; text-decoration: none; }
.mails a:hover { background: var(--ground); }
.who, .subject, .glimpse { min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.who { font-size: .875rem; color: var(--soft); } time { font-size: .8125rem; color: var(--soft); font-variant-numeric: tabular-nums; }
.subject { grid-column: 1 / -1; font-weight: 600; } .glimpse { grid-column: 1 / -1; font-size: .9rem; color: var(--soft); }
.count { margin-left: .6rem; padding: .05rem .5rem; border-radius: 1rem; background: var(--note); color: var(--note-ink);
  font-style: normal; font-size: .8125rem; font-weight: 500; }
button { font: inherit; font-size: .875rem; padding: .45rem .9rem; border-radius: .5rem; border: 1px solid var(--line);
  background: none; color: var(--soft); cursor: pointer; }
header { padding: 1rem 1.5rem 0; background: var(--paper); border-bottom: 1px solid var(--line); }
header h1 { margin: .4rem 0 .15rem; font-size: 1.25rem; } .back { font-size: .875rem; }
.meta { margin: 0 0 .6rem; color: var(--soft); font-size: .875rem; overflow-wrap: anywhere; }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; }
nav a { padding: .4rem 0; color: var(--soft); text-decoration: none; border-bottom: 2px solid transparent; font-size: .9375rem; }
nav a[aria-current] { color: var(--ink); border-color: var(--go); font-weight: 600; }
iframe { flex: 1; width: 100%; min-height: 46rem; border: 0; background: #fff; }
iframe.phone { flex: none; width: 390px; max-width: 100%; height: 844px; margin: 1.5rem auto; border: 1px solid var(--line); border-radius: 2rem; }
pre { margin: 0; padding: 1.5rem; white-space: pre-wrap; overflow-wrap: anywhere; font-size: .875rem; }
.headers { margin: 1.25rem 1.5rem; border-collapse: collapse; font-size: .875rem; }
.headers th { padding: .35rem 1.5rem .35rem 0; text-align: left; vertical-align: top; font-weight: 500; color: var(--soft); white-space: nowrap; }
.headers td { padding: .35rem 0; overflow-wrap: anywhere; }
`;
