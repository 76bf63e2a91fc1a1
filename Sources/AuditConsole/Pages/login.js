// The sign-in page: words, and why the last attempt was refused. The form itself needs no script.
import { applyWords, bindLanguage, word } from "./words.js";

function show() {
  applyWords(document);
  const reason = location.search.slice(1);
  const known = ["sign-in-refused", "too-many-attempts", "invalid-parameter", "unrecorded"];
  const refused = document.getElementById("refused");
  refused.hidden = !known.includes(reason);
  if (!refused.hidden) refused.textContent = word(`signIn.${reason}`);
}

bindLanguage(document.getElementById("language"), show);
show();
