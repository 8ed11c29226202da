"use strict";
/**
 * Questions of this project's own. Jupyter has no message for them: each is one for comms, of which this kernel has none,
 * with a name of its own as `target_name`.
 */

/**
 * @param server the prototype of tslab's class that takes messages
 * @param answers for each name what gives the answer: `(content) => content of the reply`
 */
function answerQuestions(server, answers) {
  const { handleCommInfoRequest, publishStatus } = server;
  const answerTo = ({ header, content }) =>
    header.msg_type === "comm_info_request" ? answers[content.target_name] : undefined;
  server.handleCommInfoRequest = function (socket, message) {
    const answer = answerTo(message);
    if (!answer) {
      handleCommInfoRequest.call(this, socket, message);
      return;
    }
    const reply = message.createReply();
    reply.header.msg_type = "comm_info_reply";
    reply.content = { comms: {}, ...answer(message.content) };
    reply.signAndSend(this.connInfo.key, socket);
  };
  // A page may ask once a second: the kernel is no busier for it.
  server.publishStatus = function (status, message) {
    if (!answerTo(message)) publishStatus.call(this, status, message);
  };
}

module.exports = { answerQuestions };
