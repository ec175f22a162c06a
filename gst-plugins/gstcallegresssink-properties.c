/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstcallegresssink-private.h"

enum {
  PROP_LOCATION = 1,
  PROP_LOG_LOCATION,
  PROP_MEETING_ID,
  PROP_ROOM,
  PROP_PARTICIPANT,
  PROP_TRACK,
  PROP_GROUP_SECONDS,
  PROP_GROUP_BYTES,
  PROP_STAGGER,
  PROP_MUTE,
  PROP_GAP_POLICY,
  PROP_SYNC_MODE,
  PROP_MAX_BYTES,
  PROP_MIN_FREE,
  PROP_CURRENT_FILE,
  PROP_STATS,
};

#define GST_CALL_TYPE_EGRESS_GAPS (gst_call_egress_gaps_get_type ())
static GType
gst_call_egress_gaps_get_type (void)
{
  static const GEnumValue values[] = {
    { GST_CALL_EGRESS_GAPS_NOTE, "Note in the sidecar what is missing", "note" },
    { GST_CALL_EGRESS_GAPS_FILL, "Put silence in its place as well", "fill" },
    { 0, NULL, NULL },
  };
  static gsize type;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstCallEgressGaps", values));
  return type;
}

#define GST_CALL_TYPE_EGRESS_SYNC (gst_call_egress_sync_get_type ())
static GType
gst_call_egress_sync_get_type (void)
{
  static const GEnumValue values[] = {
    { GST_CALL_EGRESS_SYNC_NONE, "When the system likes", "none" },
    { GST_CALL_EGRESS_SYNC_CLOSE, "When the file is closed", "close" },
    { GST_CALL_EGRESS_SYNC_BLOCK, "After each block", "block" },
    { 0, NULL, NULL },
  };
  static gsize type;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstCallEgressSync", values));
  return type;
}

static char **
find_text (GstCallEgressSink *self, guint id)
{
  switch (id) {
  case PROP_LOCATION:
    return &self->config.location;
  case PROP_LOG_LOCATION:
    return &self->config.logs;
  case PROP_MEETING_ID:
    return &self->config.meeting_id;
  case PROP_ROOM:
    return &self->config.room;
  case PROP_PARTICIPANT:
    return &self->config.participant;
  case PROP_TRACK:
    return &self->config.track;
  case PROP_CURRENT_FILE:
    return &self->path;
  default:
    return NULL;
  }
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstCallEgressSink *self = GST_CALL_EGRESS_SINK (object);
  char **text = find_text (self, id);

  GST_OBJECT_LOCK (self);
  if (text != NULL) {
    g_free (*text);
    *text = g_value_dup_string (value);
  } else if (id == PROP_GROUP_SECONDS) {
    self->config.group_seconds = g_value_get_double (value);
  } else if (id == PROP_GROUP_BYTES) {
    self->config.group_bytes = g_value_get_uint (value);
  } else if (id == PROP_STAGGER) {
    self->config.stagger = g_value_get_boolean (value);
  } else if (id == PROP_MUTE) {
    self->mute = g_value_get_boolean (value);
  } else if (id == PROP_GAP_POLICY) {
    self->gap_policy = g_value_get_enum (value);
  } else if (id == PROP_SYNC_MODE) {
    self->config.limits.sync = g_value_get_enum (value);
  } else if (id == PROP_MAX_BYTES) {
    self->config.limits.max_bytes = g_value_get_uint64 (value);
  } else if (id == PROP_MIN_FREE) {
    self->config.limits.min_free = g_value_get_uint64 (value);
  } else {
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
  GST_OBJECT_UNLOCK (self);
}

static GstStructure *
counts_to_structure (const GstCallEgressCounts *counts)
{
  return gst_structure_new ("call-egress-stats", "files", G_TYPE_UINT64, counts->files, "blocks",
                            G_TYPE_UINT64, counts->blocks, "bytes", G_TYPE_UINT64, counts->bytes,
                            "units", G_TYPE_UINT64, counts->units, "lost", G_TYPE_UINT64,
                            counts->lost, "missing", G_TYPE_UINT64, counts->missing, "paused",
                            G_TYPE_UINT64, counts->paused, NULL);
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstCallEgressSink *self = GST_CALL_EGRESS_SINK (object);
  char **text = find_text (self, id);

  GST_OBJECT_LOCK (self);
  if (text != NULL)
    g_value_set_string (value, *text);
  else if (id == PROP_GROUP_SECONDS)
    g_value_set_double (value, self->config.group_seconds);
  else if (id == PROP_GROUP_BYTES)
    g_value_set_uint (value, self->config.group_bytes);
  else if (id == PROP_STAGGER)
    g_value_set_boolean (value, self->config.stagger);
  else if (id == PROP_MUTE)
    g_value_set_boolean (value, self->mute);
  else if (id == PROP_GAP_POLICY)
    g_value_set_enum (value, (gint) self->gap_policy);
  else if (id == PROP_SYNC_MODE)
    g_value_set_enum (value, (gint) self->config.limits.sync);
  else if (id == PROP_MAX_BYTES)
    g_value_set_uint64 (value, self->config.limits.max_bytes);
  else if (id == PROP_MIN_FREE)
    g_value_set_uint64 (value, self->config.limits.min_free);
  else if (id == PROP_STATS)
    g_value_take_boxed (value, counts_to_structure (&self->counts));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  GST_OBJECT_UNLOCK (self);
}

/* Frees what properties hold. */
void
gst_call_egress_sink_clear_settings (GstCallEgressSink *self)
{
  for (guint id = PROP_LOCATION; id <= PROP_TRACK; id++)
    g_free (*find_text (self, id));
  g_free (self->path);
}

static void
install_texts (GObjectClass *object_class)
{
  static const struct {
    guint id;
    const char *name, *nick, *blurb;
  } texts[] = {
    { PROP_LOCATION, "location", "Location", "The folder of all meetings" },
    { PROP_LOG_LOCATION, "log-location", "Log location",
      "The folder of the logs, one for each meeting; none without it" },
    { PROP_MEETING_ID, "meeting-id", "Meeting", "The folder in location, made safe" },
    { PROP_ROOM, "room", "Room", "The room, for the name of the file" },
    { PROP_PARTICIPANT, "participant", "Participant", "Who speaks, for the name of the file" },
    { PROP_TRACK, "track", "Track", "The track, for the name of the file" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_object_class_install_property (
        object_class, texts[i].id,
        g_param_spec_string (texts[i].name, texts[i].nick, texts[i].blurb, NULL,
                             G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY));
}

static void
install_limits (GObjectClass *object_class)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;

  g_object_class_install_property (object_class, PROP_GROUP_SECONDS,
                                   g_param_spec_double ("group-seconds", "Group seconds",
                                                        "How long a block is", 0.01, 3600,
                                                        GST_CALL_EGRESS_GROUP_SECONDS, flags));
  g_object_class_install_property (object_class, PROP_GROUP_BYTES,
                                   g_param_spec_uint ("group-bytes", "Group bytes",
                                                      "How large a block is at most (0 = any size)",
                                                      0, GST_CALL_EGRESS_BLOCK_MAX, 0, flags));
  g_object_class_install_property (
      object_class, PROP_STAGGER,
      g_param_spec_boolean ("stagger", "Stagger",
                            "Make the first block shorter by chance, so that many tracks do not "
                            "write at once",
                            FALSE, flags));
  g_object_class_install_property (
      object_class, PROP_SYNC_MODE,
      g_param_spec_enum ("sync-mode", "Sync mode", "When data is forced to the disk",
                         GST_CALL_TYPE_EGRESS_SYNC, GST_CALL_EGRESS_SYNC_CLOSE, flags));
  g_object_class_install_property (
      object_class, PROP_MAX_BYTES,
      g_param_spec_uint64 ("max-bytes", "Max bytes",
                           "The quota of one file; what comes after is lost (0 = none)", 0,
                           G_MAXUINT64, 0, flags));
  g_object_class_install_property (object_class, PROP_MIN_FREE,
                                   g_param_spec_uint64 ("min-free", "Min free",
                                                        "How many bytes of the disk are left alone",
                                                        0, G_MAXUINT64 / 2, 0, flags));
}

static void
install_live (GObjectClass *object_class)
{
  g_object_class_install_property (
      object_class, PROP_MUTE,
      g_param_spec_boolean ("mute", "Mute", "Pause the recording", FALSE,
                            G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
                                GST_PARAM_MUTABLE_PLAYING));
  g_object_class_install_property (
      object_class, PROP_GAP_POLICY,
      g_param_spec_enum ("gap-policy", "Gap policy", "What is done about samples that are missing",
                         GST_CALL_TYPE_EGRESS_GAPS, GST_CALL_EGRESS_GAPS_NOTE,
                         G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING));
  g_object_class_install_property (object_class, PROP_CURRENT_FILE,
                                   g_param_spec_string ("current-file", "Current file",
                                                        "The file that is being written", NULL,
                                                        G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
  g_object_class_install_property (
      object_class, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics",
                          "Files, blocks, bytes and units written; units lost, missing and paused",
                          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

/* Gives the class its properties. */
void
gst_call_egress_sink_install_properties (GObjectClass *object_class)
{
  object_class->set_property = set_property;
  object_class->get_property = get_property;
  install_texts (object_class);
  install_limits (object_class);
  install_live (object_class);
  gst_type_mark_as_plugin_api (GST_CALL_TYPE_EGRESS_GAPS, 0);
  gst_type_mark_as_plugin_api (GST_CALL_TYPE_EGRESS_SYNC, 0);
}
