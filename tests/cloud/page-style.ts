/** The looks of the approval page, light and dark. Its hash is in the page's content policy. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --page: #f2f4f7; --card: #fff; --ink: #16191f; --quiet: #545b64; --line: #d1d5db; --main: #0b6477; --on-main: #fff; --good: #1d6f42; --bad: #b3261e }
@media (prefers-color-scheme: dark) { :root { --page: #0f141a; --card: #1a2129; --ink: #e9ecef; --quiet: #a9b2bc; --line: #3b4652; --main: #5cc8dd; --on-main: #06272e; --good: #7fd1a0; --bad: #ff9d94 } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem; background: var(--page); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif }
main { width: min(30rem, 100%); padding: 2rem; background: var(--card); border: 1px solid var(--line); border-radius: 12px }
h1 { margin: 0 0 .25rem; font-size: 1.4rem; line-height: 1.25 }
p, ul { margin: .75rem 0 }
ul { padding-left: 1.25rem }
.quiet { margin: 0 0 1rem; color: var(--quiet); font-size: .9rem; overflow-wrap: anywhere }
.code { padding: .8rem; border: 1px dashed var(--line); border-radius: 8px; text-align: center; font: 700 2rem/1.2 ui-monospace, monospace; letter-spacing: .12em; user-select: all }
.spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
.row { display: flex; gap: .75rem; margin-top: 1rem }
label { display: block; margin-top: .75rem }
button, input { font: inherit; padding: .65rem 1rem; border: 1px solid var(--line); border-radius: 8px; background: none; color: inherit; min-width: 0 }
button { flex: 1; font-weight: 600; cursor: pointer }
button.main { background: var(--main); border-color: var(--main); color: var(--on-main) }
input { flex: 2; letter-spacing: .08em; text-transform: uppercase }
:focus-visible { outline: 3px solid var(--main); outline-offset: 2px }
a { color: var(--main) }
.good { color: var(--good) }
.bad { color: var(--bad) }
`;
