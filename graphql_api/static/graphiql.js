// GraphiQL with the tokens of development: the header chooses who is signed in, and opens an example for that role.
"use strict";
const setup = JSON.parse(document.getElementById("setup").textContent);
const role = document.getElementById("role");
const root = ReactDOM.createRoot(document.getElementById("graphiql"));
const NOBODY = "NOBODY";

for (const name of [...Object.keys(setup.tokens), NOBODY]) {
  role.add(new Option(name === NOBODY ? "nobody" : name, name));
}
role.value = "PROGRAM_MANAGER" in setup.tokens ? "PROGRAM_MANAGER" : role.options[0].value;

async function* events(reader) {
  let text = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const blocks = (text + value).split("\n\n");
      text = blocks.pop();
      for (const block of blocks) {
        if (/^event: complete$/m.test(block)) return;
        const data = /^data: (.*)$/m.exec(block);
        if (data) yield JSON.parse(data[1]);
      }
    }
  } finally {
    reader.cancel();
  }
}

async function fetcher(body, options) {
  const token = setup.tokens[role.value];
  const headers = {
    "Content-Type": "application/json",
    Accept: "application/json, text/event-stream",
    ...(token && { Authorization: `Bearer ${token}` }),
    ...(options && options.headers),
  };
  const answer = await fetch(setup.endpoint, { method: "POST", headers, body: JSON.stringify(body) });
  const stream = answer.headers.get("Content-Type").startsWith("text/event-stream");
  return stream ? events(answer.body.pipeThrough(new TextDecoderStream()).getReader()) : answer.json();
}

// The editor takes a text that differs from the last one, so the same example once more ends in another line.
let shown = "";
function render(query) {
  shown = query === shown ? `${query}\n` : query;
  const page = { fetcher, query: shown, defaultQuery: setup.examples[role.value], shouldPersistHeaders: false };
  root.render(React.createElement(GraphiQL, page));
}

document.getElementById("example").addEventListener("click", () => render(setup.examples[role.value]));
root.render(React.createElement(GraphiQL, { fetcher, defaultQuery: setup.examples[role.value] }));
