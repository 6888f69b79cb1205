/** The page's style: readable in light and dark and on paper, without anything from elsewhere. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5c6675; --line: #d8dde5; --ground: #fff; --panel: #f6f7f9; --accent: #2f6b4f; --alarm: #a8321f;
  --fact: #7a8494; --event: #4a78b0; --scoring: #b07a1e; --stages: #8a5aa8; --segments: #2f7f63; --journeys: #b0503c; --content: #56667d; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ee; --soft: #9ba6b5; --line: #333c49; --ground: #14181e; --panel: #1c222b; --accent: #7cc7a2; --alarm: #f08a78;
  --fact: #97a1b0; --event: #7fabe0; --scoring: #dcab55; --stages: #bd92d8; --segments: #6cc3a3; --journeys: #e59080; --content: #a3b2c8; } }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 2rem 1.5rem 4rem; max-width: 72rem; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
h1 { font-size: 1.9rem; margin: 0 0 .2rem } h2 { margin: 3rem 0 .8rem; padding-bottom: .2rem; border-bottom: 2px solid var(--line); font-size: 1.4rem }
h3 { margin: 0; font-size: 1.1rem } p { margin: .4rem 0; max-width: 46rem } a { color: var(--accent) } code { font-size: .92em }
nav { margin: 1rem 0; padding: .8rem 1.2rem; background: var(--panel); border-radius: 8px } nav ul { margin: 0; padding: 0; list-style: none; display: flex; flex-wrap: wrap; gap: .2rem 1.4rem }
article { margin: 1rem 0; padding: 1rem 1.2rem; border: 1px solid var(--line); border-radius: 8px; break-inside: avoid }
.meta, .soft, .tick { color: var(--soft); font-size: .88rem } .meta { margin: .1rem 0 .5rem } .alarm { color: var(--alarm); font-weight: 600 }
.status { padding: 0 .5em; border: 1px solid currentColor; border-radius: 1em; font-size: .8rem } .status.draft { color: var(--scoring) } .status.retired { color: var(--soft) } .status.live { color: var(--accent) }
table { width: 100%; border-collapse: collapse; margin: .6rem 0; font-size: .92rem } th, td { padding: .35rem .6rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line) }
th { color: var(--soft); font-weight: 600 } .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
.scroll { overflow-x: auto } ul.conditions { list-style: none; margin: .2rem 0; padding: 0 } ul.conditions ul { margin: .2rem 0; padding-left: 1.2rem } ul.conditions ul { border-left: 2px solid var(--line) }
ol.path { display: flex; flex-wrap: wrap; gap: .6rem; margin: 0; padding: 0; list-style: none } ol.path > li { flex: 1 1 15rem; padding: .8rem 1rem; border: 1px solid var(--line); border-top: 4px solid var(--stages); border-radius: 8px; font-size: .92rem; break-inside: avoid }
ol.path .arrow { color: var(--soft); float: right }
svg.graph, svg.bar { overflow: visible; display: block; width: 100%; height: auto } svg text { font: 12px system-ui, sans-serif; fill: var(--ink) } svg a { text-decoration: none }
.heading { fill: var(--soft); font-weight: 600 } .node rect { fill: var(--ground); stroke-width: 1.5 } .edge { fill: none; stroke-width: 1.2; opacity: .45 } .tip { opacity: .7 } .node:hover rect { stroke-width: 3 }
${['fact', 'event', 'scoring', 'stages', 'segments', 'journeys', 'content'].map((kind) => `.node.${kind} rect, .edge.${kind} { stroke: var(--${kind}) } .tip.${kind} { fill: var(--${kind}) }`).join('\n')}
.curve { vertical-align: -5px } .curve polyline { fill: none; stroke: var(--scoring); stroke-width: 1.5 } .curve polygon { fill: var(--scoring); opacity: .2 }
.grade { fill: var(--scoring) } .frame { fill: none; stroke: var(--scoring) } .bar .tick { fill: var(--soft) }
.mail { margin: .5rem 0; padding: .6rem .9rem; background: var(--panel); border-radius: 8px; font-size: .92rem } .mail b { display: block }
@media print { svg.graph { min-width: 0 !important } body { max-width: none; padding: 0; font-size: 11pt } nav { display: none } a { color: inherit; text-decoration: none } article { border-color: #bbb } h2 { break-after: avoid } }
`;
