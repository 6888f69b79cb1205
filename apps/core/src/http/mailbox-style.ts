/** The look of all pages that the core serves itself: readable in light and dark, and on a telephone. */
export const PLAIN_STYLE = `
:root { --paper:#fff; --ground:#f4f5f2; --ink:#1d2421; --soft:#5a645e; --line:#d9ded9; --leaf:#1f6b4a; --hover:#eef3ef; --chosen:#e2eee7;
  --good:#17603f; --good-bg:#dcf1e5; --wait:#7a4d00; --wait-bg:#fdeecb; --bad:#9b1c1c; --bad-bg:#fbe0df; --odd:#5b3a99; --odd-bg:#ece5fa; --dull:#4d5651; --dull-bg:#e6e9e6; }
@media (prefers-color-scheme: dark) {
  :root { --paper:#1b201d; --ground:#131715; --ink:#e6ebe7; --soft:#9aa69f; --line:#323a35; --leaf:#7fd1a7; --hover:#232a26; --chosen:#243a2f;
    --good:#9be3bd; --good-bg:#173a29; --wait:#f3cf86; --wait-bg:#41310f; --bad:#f5a9a6; --bad-bg:#471d1d; --odd:#cdb8f7; --odd-bg:#33254f; --dull:#b7c0ba; --dull-bg:#2c332f; } }
* { box-sizing:border-box; }
body { margin:0; background:var(--ground); color:var(--ink); font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif; overflow-wrap:anywhere; }
a { color:var(--leaf); }
a:focus-visible, summary:focus-visible, button:focus-visible { outline:3px solid var(--leaf); outline-offset:2px; }
h1, h2, h3 { line-height:1.25; margin:0; }
h3 { font-size:.95rem; margin:1.4rem 0 .4rem; }
.soft { color:var(--soft); }
.note { max-width:36rem; margin:12vh auto 2rem; padding:2rem; background:var(--paper); border:1px solid var(--line); border-radius:10px; }
.note h1 { font-size:1.4rem; }
.note button { font:inherit; font-weight:600; padding:.6rem 1.2rem; border:0; border-radius:6px; background:var(--leaf); color:var(--paper); cursor:pointer; }
`;

/** What the mailbox adds. From 60rem on, the list and the open message stand side by side; below, one of them shows. */
export const MAILBOX_STYLE = `${PLAIN_STYLE}
.top { display:flex; flex-wrap:wrap; gap:.2rem 1.2rem; align-items:baseline; padding:.8rem 1.2rem; background:var(--paper); border-bottom:1px solid var(--line); }
.top h1 { font-size:1.15rem; } .top h1 a { text-decoration:none; } .top p { margin:0; flex:1 1 20rem; }
.top nav { display:flex; gap:1rem; }
.overview { background:var(--paper); border-bottom:1px solid var(--line); padding:0 1.2rem; }
.overview > summary { padding:.55rem 0; cursor:pointer; }
.cards { display:grid; grid-template-columns:repeat(auto-fit,minmax(15rem,1fr)); gap:1rem 2.4rem; padding:.2rem 0 1rem; }
.segments ul { columns:17rem; column-gap:2rem; } .segments li { break-inside:avoid; }
.cards h2 { font-size:.8rem; color:var(--soft); text-transform:uppercase; letter-spacing:.05em; margin-bottom:.3rem; }
.cards ul { list-style:none; margin:0; padding:0; }
.cards li { display:grid; grid-template-columns:1fr auto; gap:0 .8rem; align-items:end; font-size:.9rem; padding-bottom:.25rem; }
.cards .n { font-variant-numeric:tabular-nums; }
.cards .bar { grid-column:1 / -1; height:3px; border-radius:2px; background:var(--line); }
.cards .bar i { display:block; height:100%; border-radius:2px; background:var(--leaf); }
.cards .why { grid-column:1 / -1; font-size:.85rem; color:var(--soft); }
.big { font-size:1.7rem; font-weight:650; line-height:1.1; }
main { display:block; }
.filters { padding:.7rem 1.2rem; border-bottom:1px solid var(--line); font-size:.88rem; }
.filters ul { display:flex; flex-wrap:wrap; gap:.3rem; list-style:none; margin:.25rem 0; padding:0; }
.filters li a { display:block; padding:.1rem .6rem; border:1px solid var(--line); border-radius:99px; text-decoration:none; color:var(--ink); }
.filters li a[aria-current] { background:var(--leaf); border-color:var(--leaf); color:var(--paper); }
.filters summary { cursor:pointer; }
.list { background:var(--paper); }
.list ol { list-style:none; margin:0; padding:0; }
.list ol a { display:block; padding:.6rem 1.2rem .65rem; border-bottom:1px solid var(--line); color:inherit; text-decoration:none; border-left:4px solid transparent; }
.list ol a:hover { background:var(--hover); }
.list ol a[aria-current] { background:var(--chosen); border-left-color:var(--leaf); }
.row > :last-child { white-space:nowrap; }
.row { display:flex; gap:.6rem; justify-content:space-between; align-items:baseline; font-size:.85rem; }
.title { font-weight:600; display:block; }
.unsent .title { font-weight:400; font-style:italic; }
.pager { display:flex; justify-content:space-between; gap:1rem; padding:.8rem 1.2rem; }
.badge { display:inline-block; padding:0 .5rem; border-radius:99px; font-size:.78rem; font-weight:600; white-space:nowrap; color:var(--dull); background:var(--dull-bg); }
.accepted { color:var(--good); background:var(--good-bg); } .rejected { color:var(--bad); background:var(--bad-bg); }
.held, .planned, .claimed, .sending { color:var(--wait); background:var(--wait-bg); } .unknown { color:var(--odd); background:var(--odd-bg); }
article { padding:1.2rem 1.4rem 3rem; max-width:60rem; }
article h2 { font-size:1.4rem; margin:.4rem 0 .3rem; }
dl { display:grid; grid-template-columns:max-content 1fr; gap:.15rem 1rem; margin:.6rem 0; } dt { color:var(--soft); } dd { margin:0; }
.because { background:var(--paper); border:1px solid var(--line); border-left:4px solid var(--leaf); border-radius:6px; padding:.7rem 1rem; margin-top:1rem; }
.because h3 { margin-top:0; } .because p { margin:.25rem 0; }
iframe { display:block; width:100%; height:30rem; resize:vertical; border:1px solid var(--line); border-radius:6px; background:#fff; color-scheme:light; }
pre { background:var(--paper); border:1px solid var(--line); border-radius:6px; padding:.8rem 1rem; overflow:auto; white-space:pre-wrap; font-size:.85rem; margin:.5rem 0; }
article details { margin:.9rem 0; } article summary { cursor:pointer; font-weight:600; }
.scroll { overflow-x:auto; }
table { border-collapse:collapse; width:100%; background:var(--paper); } th, td { text-align:left; padding:.35rem .7rem; border:1px solid var(--line); vertical-align:top; } th { font-weight:600; } th, td:not(:last-child) { white-space:nowrap; }
.failed td { background:var(--wait-bg); color:var(--wait); font-weight:600; }
.back { display:inline-block; margin-bottom:.8rem; }
@media (max-width: 59.99rem) { .asked .list, .resting article { display:none; } dl { grid-template-columns:1fr; } dd { margin-bottom:.3rem; } }
@media (min-width: 60rem) { .cards { grid-template-columns:auto minmax(13rem,1fr) minmax(0,2.4fr) minmax(13rem,1fr); }
  main { display:grid; grid-template-columns:minmax(21rem,27rem) 1fr; align-items:start; }
  .list { border-right:1px solid var(--line); min-height:70vh; } .back { display:none; } }
`;
