/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-promise-private.h"

typedef struct {
  CallPipeline *pipeline;
  GObject *receiver;
  CallReplyFunc func;
} Question;

typedef struct {
  CallReplyFunc func;
  GstPromise *promise;
} Answer;

static void
question_free (gpointer data)
{
  Question *question = data;

  g_object_unref (question->receiver);
  g_object_unref (question->pipeline);
  g_free (question);
}

static void
answer_free (gpointer data)
{
  Answer *answer = data;

  gst_promise_unref (answer->promise);
  g_free (answer);
}

static void
read_answer (gpointer receiver, gpointer payload)
{
  Answer *answer = payload;
  const GstStructure *reply = gst_promise_get_reply (answer->promise);
  g_autoptr (GError) error = NULL;

  if (reply != NULL && gst_structure_has_field (reply, "error"))
    gst_structure_get (reply, "error", G_TYPE_ERROR, &error, NULL);
  answer->func (receiver, reply, error);
}

static void
on_change (GstPromise *promise, gpointer user_data)
{
  Question *question = user_data;
  Answer *answer;

  if (gst_promise_wait (promise) != GST_PROMISE_RESULT_REPLIED)
    return; /* webrtcbin is being stopped */
  answer = g_new0 (Answer, 1);
  answer->func = question->func;
  answer->promise = gst_promise_ref (promise);
  call_pipeline_send (question->pipeline, question->receiver, read_answer, answer, answer_free);
}

/*
 * Makes a promise whose reply comes to @func on the pipeline's main context, unless the pipeline is
 * closed by then. webrtcbin takes the promise.
 */
GstPromise *
call_promise_new (CallPipeline *pipeline, GObject *receiver, CallReplyFunc func)
{
  Question *question = g_new0 (Question, 1);

  question->pipeline = g_object_ref (pipeline);
  question->receiver = g_object_ref (receiver);
  question->func = func;
  return gst_promise_new_with_change_func (on_change, question, question_free);
}
