/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-file-rules.h"

#include <string.h>

#define DEFAULT_NAME "file"

typedef struct {
  const char *type; /* one with a slash at its end stands for all of them */
  CallFilePolicy policy;
  CallMessageKind kind;
} Rule;

/* The first that fits. What is not listed is saved, as a file. SVG is a program in a picture. */
static const Rule rules[] = {
  { "image/png", CALL_FILE_SHOWN, CALL_MESSAGE_IMAGE },
  { "image/jpeg", CALL_FILE_SHOWN, CALL_MESSAGE_IMAGE },
  { "image/gif", CALL_FILE_SHOWN, CALL_MESSAGE_IMAGE },
  { "image/webp", CALL_FILE_SHOWN, CALL_MESSAGE_IMAGE },
  { "image/svg+xml", CALL_FILE_SAVED, CALL_MESSAGE_FILE },
  { "image/svg+xml-compressed", CALL_FILE_SAVED, CALL_MESSAGE_FILE },
  { "image/", CALL_FILE_SAVED, CALL_MESSAGE_IMAGE },
  { "audio/x-mpegurl", CALL_FILE_SAVED, CALL_MESSAGE_FILE },
  { "audio/x-scpls", CALL_FILE_SAVED, CALL_MESSAGE_FILE },
  { "audio/", CALL_FILE_SHOWN, CALL_MESSAGE_AUDIO },
  { "video/", CALL_FILE_SHOWN, CALL_MESSAGE_VIDEO },
  { "application/x-executable", CALL_FILE_REFUSED, CALL_MESSAGE_FILE },
  { "application/x-pie-executable", CALL_FILE_REFUSED, CALL_MESSAGE_FILE },
  { "application/x-sharedlib", CALL_FILE_REFUSED, CALL_MESSAGE_FILE },
  { "application/x-object", CALL_FILE_REFUSED, CALL_MESSAGE_FILE },
  { "application/x-msdownload", CALL_FILE_REFUSED, CALL_MESSAGE_FILE },
  { "application/x-msdos-program", CALL_FILE_REFUSED, CALL_MESSAGE_FILE },
  { "application/x-ms-dos-executable", CALL_FILE_REFUSED, CALL_MESSAGE_FILE },
  { "application/x-dosexec", CALL_FILE_REFUSED, CALL_MESSAGE_FILE },
  { "application/vnd.microsoft.portable-executable", CALL_FILE_REFUSED, CALL_MESSAGE_FILE },
  { "application/x-msi", CALL_FILE_REFUSED, CALL_MESSAGE_FILE },
  { "application/x-ms-shortcut", CALL_FILE_REFUSED, CALL_MESSAGE_FILE },
};

static const Rule otherwise = { "", CALL_FILE_SAVED, CALL_MESSAGE_FILE };

static const Rule *
find_rule (const char *type)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rules); i++) {
    gboolean all = g_str_has_suffix (rules[i].type, "/");

    if (all ? g_str_has_prefix (type, rules[i].type) : g_str_equal (type, rules[i].type))
      return &rules[i];
  }
  return &otherwise;
}

/**
 * call_file_rules_get_policy:
 * @type: a media type, as it was found in the file's bytes
 *
 * Returns: what is done with such files
 */
CallFilePolicy
call_file_rules_get_policy (const char *type)
{
  return find_rule (type)->policy;
}

/**
 * call_file_rules_get_kind:
 * @type: a media type, as it was found in the file's bytes
 *
 * Returns: what a message with such a file is
 */
CallMessageKind
call_file_rules_get_kind (const char *type)
{
  return find_rule (type)->kind;
}

/**
 * call_file_rules_settle_type:
 * @sniffed: the type that the first bytes stand for
 * @has_video: whether there are moving pictures in it
 *
 * Containers hold sound or pictures, and their first bytes do not say which: a voice message of a
 * browser looks like a film.
 *
 * Returns: the type that a browser is told
 */
const char *
call_file_rules_settle_type (const char *sniffed, gboolean has_video)
{
  static const struct {
    const char *sniffed, *sound, *pictures;
  } containers[] = {
    { "video/webm", "audio/webm", "video/webm" },
    { "video/x-matroska", "audio/x-matroska", "video/x-matroska" },
    { "application/x-matroska", "audio/x-matroska", "video/x-matroska" },
    { "video/mp4", "audio/mp4", "video/mp4" },
    { "video/quicktime", "audio/mp4", "video/quicktime" },
    { "application/ogg", "audio/ogg", "video/ogg" },
    { "audio/ogg", "audio/ogg", "video/ogg" },
    { "video/ogg", "audio/ogg", "video/ogg" },
    { "audio/x-vorbis+ogg", "audio/ogg", "video/ogg" },
    { "audio/x-opus+ogg", "audio/ogg", "video/ogg" },
    { "audio/x-wav", "audio/wav", "audio/wav" },
    { "audio/vnd.wave", "audio/wav", "audio/wav" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (containers); i++)
    if (g_str_equal (sniffed, containers[i].sniffed))
      return has_video ? containers[i].pictures : containers[i].sound;
  return sniffed;
}

/* Nothing that moves, hides or turns round the letters after it: "exe.gpj" is shown as it is. */
static gboolean
is_plain (gunichar c)
{
  GUnicodeType type = g_unichar_type (c);

  return type != G_UNICODE_CONTROL && type != G_UNICODE_FORMAT && type != G_UNICODE_SURROGATE &&
         type != G_UNICODE_LINE_SEPARATOR && type != G_UNICODE_PARAGRAPH_SEPARATOR &&
         type != G_UNICODE_UNASSIGNED && type != G_UNICODE_PRIVATE_USE;
}

/* What is behind the last slash of either kind. */
static const char *
skip_folders (const char *name)
{
  const char *last = name;

  for (const char *p = name; *p != '\0'; p++)
    if (*p == '/' || *p == '\\')
      last = p + 1;
  return last;
}

/* Keeps the end of a name, since that says what it is. */
static void
shorten (GString *name)
{
  const char *dot = strrchr (name->str, '.');
  gsize suffix = dot != NULL ? strlen (dot) : 0;
  gsize keep;

  if (name->len <= CALL_FILE_NAME_MAX)
    return;
  if (suffix > 16)
    suffix = 0;
  keep = CALL_FILE_NAME_MAX - suffix;
  while (keep > 0 && ((guint8) name->str[keep] & 0xC0) == 0x80)
    keep--;
  g_string_erase (name, (gssize) keep, (gssize) (name->len - suffix - keep));
}

/**
 * call_file_rules_clean_name:
 * @name: (nullable): what a client calls its file
 *
 * Makes a name that can be shown and saved: no folders, no dots before it, nothing invisible, not
 * too long.
 *
 * Returns: (transfer full): the name
 */
char *
call_file_rules_clean_name (const char *name)
{
  g_autofree char *valid = g_utf8_make_valid (name != NULL ? name : "", -1);
  GString *clean = g_string_new (NULL);

  for (const char *p = skip_folders (valid); *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);

    if (!is_plain (c) || (clean->len == 0 && (c == '.' || g_unichar_isspace (c))))
      continue;
    g_string_append_unichar (clean, c < 0x80 && strchr ("<>:\"|?*", (int) c) != NULL ? '_' : c);
  }
  while (clean->len > 0 && strchr (". ", clean->str[clean->len - 1]) != NULL)
    g_string_truncate (clean, clean->len - 1);
  shorten (clean);
  if (clean->len == 0)
    g_string_assign (clean, DEFAULT_NAME);
  return g_string_free (clean, FALSE);
}

/**
 * call_file_rules_is_waveform:
 * @waveform: (nullable): what a client says of the loudness of its voice message
 *
 * Returns: whether it is 1 to %CALL_FILE_WAVEFORM_MAX digits
 */
gboolean
call_file_rules_is_waveform (const char *waveform)
{
  gsize length = waveform != NULL ? strlen (waveform) : 0;

  return length > 0 && length <= CALL_FILE_WAVEFORM_MAX &&
         strspn (waveform, "0123456789") == length;
}
