// Gradio takes its own words (drop zones, progress) in the browser's language; the studio's
// language is the person's choice, so Gradio is told that one.
Object.defineProperty(navigator, 'language', { get: () => 'LANGUAGE' });
Object.defineProperty(navigator, 'languages', { get: () => ['LANGUAGE'] });
document.documentElement.lang = 'LANGUAGE';
// A session that ended while a page was open leads to the sign-in page.
const plainFetch = window.fetch;
window.fetch = async (...parts) => {
  const answer = await plainFetch(...parts);
  if (answer.status === 401) {
    const back = encodeURIComponent(window.location.pathname + window.location.search);
    window.location.assign(`/login?next=${back}`);
  }
  return answer;
};
// Leaving a page cuts off what it was waiting for; Gradio reports each of those as an error.
let leaving = false;
window.addEventListener('beforeunload', () => { leaving = true; });
const plainError = console.error;
console.error = (...parts) => { if (!leaving) plainError(...parts); };
window.addEventListener('unhandledrejection', (event) => { if (leaving) event.preventDefault(); });
// Tells the style sheet that there is little room (see the end of studio.css).
const little = window.matchMedia('(max-width: 1240px)');
const tell = () => document.documentElement.classList.toggle('narrow', little.matches);
little.addEventListener('change', tell);
tell();
// Room for the tour is kept from the start, unless there was none the last time.
const root = document.documentElement;
root.classList.toggle('touring', localStorage.getItem('touring') !== 'no');
const remember = new MutationObserver(() => {
  const found = document.querySelector('.as-tour, .as-no-tour');
  if (!found) return;
  remember.disconnect();
  localStorage.setItem('touring', found.matches('.as-tour') ? 'yes' : 'no');
});
remember.observe(document, { childList: true, subtree: true });
// Where the names of the pages do not fit side by side, that of the open one is brought into view.
const bring = new MutationObserver(() => {
  const open = document.querySelector('.nav-holder a.active');
  if (!open || !document.querySelector('.as-header')) return;
  bring.disconnect();
  const names = open.parentElement;
  names.scrollLeft = open.offsetLeft - (names.clientWidth - open.offsetWidth) / 2;
});
bring.observe(document, { childList: true, subtree: true });
setTimeout(() => bring.disconnect(), 10000);  // a guided path has no such name
// What a page shows stands in its address: reloading it, or changing the language, leads back.
const stand = (query) => {
  const address = `${window.location.pathname}?${query}`;
  window.history.replaceState(window.history.state, '', address);
};
const LISTS = { 'agent-list': 'agent', 'base-list': 'base', 'inbox-list': 'conversation' };
// What was typed into a draft and is not stored yet is not thrown away unasked.
const LEAVES = '#agent-list [data-pick], #agent-new, #agent-import, '
  + '#agent-state [data-pick]:not([data-confirm]):not([data-on]), '
  + '#agent-versions [data-pick=release], #agent-versions [data-pick=restore]';
let unsaved = false;
window.stored = (query) => { unsaved = false; if (query) stand(query); };
document.addEventListener('input', (event) => {
  if (event.target.closest('.as-draft')) unsaved = true;
});
// A reply that was begun stays with its conversation: it must not go to another customer.
const begun = {};
const atHand = () => new URLSearchParams(window.location.search).get('conversation');
let written = atHand();
window.reply = (text) => {
  if (atHand() === written || !written) { written = atHand(); return text; }
  begun[written] = text;
  written = atHand();
  const kept = begun[written] ?? '';
  delete begun[written];
  return kept;
};
window.addEventListener('beforeunload', (event) => {
  const reply = document.querySelector('#inbox-box textarea')?.value ?? '';
  leaving = !unsaved && ![reply, ...Object.values(begun)].some((text) => text.trim());
  if (!leaving) event.preventDefault();
});
window.addEventListener('pagehide', () => { leaving = true; });
document.addEventListener('click', (event) => {
  if (unsaved && event.target.closest(LEAVES)) {
    if (window.confirm(UNSAVED)) unsaved = false;
    else { event.preventDefault(); event.stopPropagation(); return; }
  }
  const card = event.target.closest('.as-card[data-pick=open]');
  const list = card && LISTS[card.closest('[id$=-list]')?.id];
  if (list) stand(`${list}=${card.dataset.id}`);
}, true);
