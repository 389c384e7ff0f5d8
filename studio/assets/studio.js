// Gradio takes its own words (drop zones, progress) in the browser's language; the studio's
// language is the person's choice, so Gradio is told that one.
Object.defineProperty(navigator, 'language', { get: () => 'LANGUAGE' });
Object.defineProperty(navigator, 'languages', { get: () => ['LANGUAGE'] });
document.documentElement.lang = 'LANGUAGE';
// A session that ended while a page was open leads to the sign-in page.
const plainFetch = window.fetch;
window.fetch = async (...parts) => {
  const answer = await plainFetch(...parts);
  if (answer.status === 401) window.location.assign('/login');
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
