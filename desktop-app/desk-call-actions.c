/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define G_LOG_DOMAIN "desk-call"

#include "config.h"

#include "desk-call-actions.h"

/* What can be done to a call, as actions: buttons, keys, notifications and D-Bus all use these, so
 * that what is possible at the moment is decided in one place. */

static void
on_answer (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  desk_call_answer (user_data);
}

static void
on_decline (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  desk_call_decline (user_data);
}

static void
on_leave (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  desk_call_leave (user_data);
}

static void
on_hang_up (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  desk_call_hang_up (user_data);
}

static void
on_change_mute (GSimpleAction *action, GVariant *state, gpointer user_data)
{
  desk_call_set_muted (user_data, g_variant_get_boolean (state));
}

static void
on_change_camera_off (GSimpleAction *action, GVariant *state, gpointer user_data)
{
  desk_call_set_camera_enabled (user_data, !g_variant_get_boolean (state));
}

/**
 * desk_call_actions_new:
 * @call: the call they act on, which outlives them
 *
 * Returns: (transfer full): answer, decline, leave, hang-up, mute and camera-off
 */
GSimpleActionGroup *
desk_call_actions_new (DeskCall *call)
{
  static const GActionEntry entries[] = {
    { "answer", on_answer },
    { "decline", on_decline },
    { "leave", on_leave },
    { "hang-up", on_hang_up },
    { "mute", NULL, NULL, "false", on_change_mute },
    { "camera-off", NULL, NULL, "false", on_change_camera_off },
  };
  GSimpleActionGroup *actions = g_simple_action_group_new ();

  g_action_map_add_action_entries (G_ACTION_MAP (actions), entries, G_N_ELEMENTS (entries), call);
  return actions;
}

/**
 * desk_call_actions_update:
 * @actions: the actions of a call
 * @phase: how far it is
 *
 * Enables what can be done in @phase and nothing else.
 */
void
desk_call_actions_update (GSimpleActionGroup *actions, DeskCallPhase phase)
{
  gboolean incoming = phase == DESK_CALL_RINGING_IN;
  gboolean talking = phase == DESK_CALL_IN_CALL || phase == DESK_CALL_RECONNECTING;
  gboolean over = phase == DESK_CALL_ENDING || phase == DESK_CALL_OVER;
  const struct {
    const char *name;
    gboolean enabled;
  } states[] = {
    { "answer", incoming },
    { "decline", incoming },
    { "leave", talking || phase == DESK_CALL_CONNECTING },
    { "hang-up", !incoming && !over },
    { "mute", talking },
    { "camera-off", talking },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (states); i++) {
    GAction *action = g_action_map_lookup_action (G_ACTION_MAP (actions), states[i].name);

    g_simple_action_set_enabled (G_SIMPLE_ACTION (action), states[i].enabled);
  }
}

/**
 * desk_call_actions_switch:
 * @actions: the actions of a call
 * @name: mute or camera-off
 * @on: how it stands
 *
 * Shows how a switch stands.
 */
void
desk_call_actions_switch (GSimpleActionGroup *actions, const char *name, gboolean on)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (actions), name);

  g_simple_action_set_state (G_SIMPLE_ACTION (action), g_variant_new_boolean (on));
}
