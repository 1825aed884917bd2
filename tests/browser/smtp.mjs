// A real mail server on a free port of this machine: prints its port, then each letter it takes as a line of JSON.
// The recipient "busy@..." is refused for now, "gone@..." for good.
import { SMTPServer } from "smtp-server";

const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ["STARTTLS", "AUTH"],
  onRcptTo(address, session, done) {
    const refuse = (code, text) => done(Object.assign(new Error(text), { responseCode: code }));
    if (address.address.startsWith("busy@")) return refuse(451, "try later");
    if (address.address.startsWith("gone@")) return refuse(550, "nobody here");
    done();
  },
  onData(stream, session, done) {
    const chunks = [];
    stream.on("data", (chunk) => chunks.push(chunk));
    stream.on("end", () => {
      const to = session.envelope.rcptTo.map((one) => one.address);
      const letter = { from: session.envelope.mailFrom.address, to, text: Buffer.concat(chunks).toString("utf8") };
      process.stdout.write(JSON.stringify(letter) + "\n");
      done();
    });
  },
});
server.listen(0, "127.0.0.1", () => process.stdout.write(`${server.server.address().port}\n`));
process.stdin.on("close", () => process.exit(0));
process.stdin.resume();
