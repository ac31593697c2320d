// A page of another origin: a query, a mutation, a stream of events, and a WebSocket; then it reports what it read.
const ask = async (body, headers = {}) =>
  fetch(`${ADDRESS}/graphql`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: CREDENTIAL, ...headers },
    body: JSON.stringify(body),
  });
const queues = "subscription { workQueuesChanged { key } }";

async function firstOfStream() {
  const answer = await ask({ query: queues }, { Accept: "text/event-stream" });
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value } = await reader.read();
    text += value;
    const data = /^data: (.*)$/m.exec(text);
    if (data && text.includes("\n\n", data.index)) {
      await reader.cancel();
      return JSON.parse(data[1]);
    }
  }
}

const firstOfSocket = () =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(`${ADDRESS.replace("http", "ws")}/graphql`, "graphql-transport-ws");
    socket.onopen = () => socket.send(JSON.stringify({ type: "connection_init", payload: { authorization: CREDENTIAL } }));
    socket.onerror = () => reject(new Error("the WebSocket failed"));
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      if (message.type === "connection_ack") {
        socket.send(JSON.stringify({ id: "1", type: "subscribe", payload: { query: queues } }));
      } else if (message.type === "next") {
        socket.close();
        resolve(message.payload);
      }
    };
  });

async function everything() {
  const query = await (await ask({ query: "{ tiers { name } }" })).json();
  const mutation = await (await ask({ query: MUTATION })).json();
  const stream = await firstOfStream();
  const socket = await firstOfSocket();
  const wrong = await ask([]);
  const missing = await fetch(`${ADDRESS}/nothing`);
  const errors = [
    [wrong.status, await wrong.json(), wrong.headers.get("x-request-id") !== null],
    [missing.status, await missing.json()],
  ];
  return { query, mutation, stream, socket, errors };
}

const report = await everything().catch((error) => ({ failed: String(error) }));
await fetch("/report", { method: "POST", body: JSON.stringify(report) });
