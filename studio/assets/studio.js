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
