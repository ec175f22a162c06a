/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "call-base64.h"
#include "call-byte-range.h"
#include "call-error.h"
#include "call-file-rules.h"
#include "call-tus.h"

#include <string.h>

/*
 * What is said of files in headers and texts: ranges, metadata of uploads, data URLs, names.
 */

/* --- ranges ----------------------------------------------------------------------------------- */

static void
test_ranges (void)
{
  static const struct {
    const char *header;
    gint64 total;
    CallByteRangeVerdict verdict;
    gint64 first, last;
  } cases[] = {
    { NULL, 100, CALL_BYTE_RANGE_WHOLE, -1, -1 },
    { "bytes=0-0", 100, CALL_BYTE_RANGE_PART, 0, 0 },
    { "bytes=0-99", 100, CALL_BYTE_RANGE_PART, 0, 99 },
    { "bytes=0-100", 100, CALL_BYTE_RANGE_PART, 0, 99 },
    { "bytes=99-", 100, CALL_BYTE_RANGE_PART, 99, 99 },
    { "bytes=50-59", 100, CALL_BYTE_RANGE_PART, 50, 59 },
    { "Bytes= 50-59 ", 100, CALL_BYTE_RANGE_PART, 50, 59 },
    { "bytes=-1", 100, CALL_BYTE_RANGE_PART, 99, 99 },
    { "bytes=-100", 100, CALL_BYTE_RANGE_PART, 0, 99 },
    { "bytes=-101", 100, CALL_BYTE_RANGE_PART, 0, 99 },
    { "bytes=0-99999999999999999999999", 100, CALL_BYTE_RANGE_PART, 0, 99 },
    { "bytes=100-", 100, CALL_BYTE_RANGE_UNSATISFIABLE, -1, -1 },
    { "bytes=99999999999999999999999-", 100, CALL_BYTE_RANGE_UNSATISFIABLE, -1, -1 },
    { "bytes=-0", 100, CALL_BYTE_RANGE_UNSATISFIABLE, -1, -1 },
    { "bytes=0-", 0, CALL_BYTE_RANGE_UNSATISFIABLE, -1, -1 },
    { "bytes=-5", 0, CALL_BYTE_RANGE_UNSATISFIABLE, -1, -1 },
    { "bytes=9-5", 100, CALL_BYTE_RANGE_WHOLE, -1, -1 },
    { "bytes=0-1,5-6", 100, CALL_BYTE_RANGE_WHOLE, -1, -1 },
    { "bytes=-", 100, CALL_BYTE_RANGE_WHOLE, -1, -1 },
    { "bytes=a-b", 100, CALL_BYTE_RANGE_WHOLE, -1, -1 },
    { "bytes=5", 100, CALL_BYTE_RANGE_WHOLE, -1, -1 },
    { "bytes=+5-6", 100, CALL_BYTE_RANGE_WHOLE, -1, -1 },
    { "lines=0-1", 100, CALL_BYTE_RANGE_WHOLE, -1, -1 },
    { "", 100, CALL_BYTE_RANGE_WHOLE, -1, -1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    gint64 first = -1, last = -1;

    g_test_message ("%s of %" G_GINT64_FORMAT, cases[i].header, cases[i].total);
    g_assert_cmpint (call_byte_range_parse (cases[i].header, cases[i].total, &first, &last), ==,
                     cases[i].verdict);
    g_assert_cmpint (first, ==, cases[i].first);
    g_assert_cmpint (last, ==, cases[i].last);
  }
}

/* --- resumable uploads ------------------------------------------------------------------------ */

static void
test_numbers (void)
{
  static const char *const bad[] = {
    "", "-1", "+1", " 1", "1 ", "0x10", "1e3", "9007199254740993"
  };
  gint64 number = 0;

  g_assert_true (call_tus_parse_number ("0", &number, NULL));
  g_assert_cmpint (number, ==, 0);
  g_assert_true (call_tus_parse_number ("9007199254740992", &number, NULL));
  g_assert_cmpint (number, ==, G_GINT64_CONSTANT (9007199254740992));
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (call_tus_parse_number (bad[i], &number, NULL));
  g_assert_false (call_tus_parse_number (NULL, &number, NULL));
}

static void
refuse_metadata (const char *text)
{
  g_autoptr (GError) error = NULL;

  g_test_message ("%.80s", text);
  g_assert_null (call_tus_parse_metadata (text, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_INVALID);
}

static void
test_metadata (void)
{
  g_autoptr (GHashTable) none = call_tus_parse_metadata (NULL, NULL);
  g_autoptr (GHashTable) some = call_tus_parse_metadata (
      "filename cmVsYXTDs3Jpby5wZGY=, groupId YQ==,empty,blank ", NULL);
  g_autoptr (GString) many = g_string_new ("k0");
  g_autofree char *lengthy = g_strnfill (CALL_TUS_METADATA_MAX + 1, 'a');

  g_assert_cmpuint (g_hash_table_size (none), ==, 0);
  g_assert_cmpuint (g_hash_table_size (some), ==, 4);
  g_assert_cmpstr (g_hash_table_lookup (some, "filename"), ==, "relatório.pdf");
  g_assert_cmpstr (g_hash_table_lookup (some, "groupId"), ==, "a");
  g_assert_cmpstr (g_hash_table_lookup (some, "empty"), ==, "");
  refuse_metadata ("filename cmVs!");
  refuse_metadata ("filename cmVsY");
  refuse_metadata ("filename /w==");
  refuse_metadata ("filename AAAA");
  refuse_metadata ("a YQ==,a YQ==");
  refuse_metadata ("a,,b");
  refuse_metadata ("é YQ==");
  refuse_metadata (lengthy);
  for (int i = 1; i <= CALL_TUS_KEYS_MAX; i++)
    g_string_append_printf (many, ",k%d", i);
  refuse_metadata (many->str);
}

static void
test_checksum (void)
{
  CallTusChecksum checksum;

  g_assert_true (call_tus_parse_checksum ("sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=", &checksum, NULL));
  g_assert_cmpint (checksum.type, ==, G_CHECKSUM_SHA1);
  g_assert_cmpuint (checksum.length, ==, 20);
  g_assert_cmpuint (checksum.digest[0], ==, 0x2a);
  g_assert_false (call_tus_parse_checksum ("sha1 Kq5s", &checksum, NULL));
  g_assert_false (call_tus_parse_checksum ("sha256 Kq5sNclPz7QV2+lfQIuc6R7oRu0=", &checksum, NULL));
  g_assert_false (call_tus_parse_checksum ("crc32 AAAAAA==", &checksum, NULL));
  g_assert_false (call_tus_parse_checksum ("sha1", &checksum, NULL));
}

/* --- files as text ---------------------------------------------------------------------------- */

static void
test_data_urls (void)
{
  static const struct {
    const char *text, *bytes;
  } cases[] = {
    { "data:image/png;base64,aGVsbG8=", "hello" },
    { "DATA:;BASE64,aGVsbG8=", "hello" },
    { "data:text/plain;charset=utf-8,hel%6Co", "hello" },
    { "data:,hello", "hello" },
    { "aGVsbG8=", "hello" },
    { "", "" },
    { "data:image/png;base64,aGVsbG8", NULL },
    { "data:image/png;base64,aGVs bG8=", NULL },
    { "data:image/png;base64", NULL },
    { "hello!", NULL },
    { "data:,hel%", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) bytes = call_data_url_decode (cases[i].text, strlen (cases[i].text), 5,
                                                     &error);

    g_test_message ("%s", cases[i].text);
    if (cases[i].bytes == NULL) {
      g_assert_error (error, CALL_ERROR, CALL_ERROR_INVALID);
      continue;
    }
    g_assert_no_error (error);
    g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), cases[i].bytes,
                     strlen (cases[i].bytes));
  }
}

static void
test_data_urls_too_large (void)
{
  g_autofree char *text = g_strnfill (4000, 'A');
  g_autoptr (GError) error = NULL;

  g_assert_null (call_data_url_decode (text, 4000, 2000, &error));
  g_assert_error (error, CALL_ERROR, CALL_ERROR_TOO_LARGE);
}

/* --- names and types -------------------------------------------------------------------------- */

static void
test_names (void)
{
  static const struct {
    const char *name, *clean;
  } cases[] = {
    { "report.pdf", "report.pdf" },
    { "relatório médico.pdf", "relatório médico.pdf" },
    { "../../etc/passwd", "passwd" },
    { "C:\\Users\\ana\\x.png", "x.png" },
    { ".bashrc", "bashrc" },
    { "...", "file" },
    { "", "file" },
    { NULL, "file" },
    { "a\nb\tc\x01.txt", "abc.txt" },
    { "photo\xe2\x80\xaegpj.exe", "photogpj.exe" },
    { "what? <b>\"x\"|*.txt", "what_ _b__x___.txt" },
    { "trailing. . ", "trailing" },
    { "\xff\xfe.txt", "\xef\xbf\xbd\xef\xbf\xbd.txt" },
  };
  g_autofree char *lengthy = g_strnfill (600, 'x');
  g_autofree char *with_suffix = g_strconcat (lengthy, ".webm", NULL);
  g_autofree char *clean = call_file_rules_clean_name (with_suffix);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *name = call_file_rules_clean_name (cases[i].name);

    g_assert_cmpstr (name, ==, cases[i].clean);
  }
  g_assert_cmpuint (strlen (clean), ==, CALL_FILE_NAME_MAX);
  g_assert_true (g_str_has_suffix (clean, "x.webm"));
}

static void
test_types (void)
{
  g_assert_cmpint (call_file_rules_get_policy ("image/png"), ==, CALL_FILE_SHOWN);
  g_assert_cmpint (call_file_rules_get_policy ("image/svg+xml"), ==, CALL_FILE_SAVED);
  g_assert_cmpint (call_file_rules_get_policy ("text/html"), ==, CALL_FILE_SAVED);
  g_assert_cmpint (call_file_rules_get_policy ("application/pdf"), ==, CALL_FILE_SAVED);
  g_assert_cmpint (call_file_rules_get_policy ("application/x-executable"), ==, CALL_FILE_REFUSED);
  g_assert_cmpint (call_file_rules_get_kind ("image/png"), ==, CALL_MESSAGE_IMAGE);
  g_assert_cmpint (call_file_rules_get_kind ("image/svg+xml"), ==, CALL_MESSAGE_FILE);
  g_assert_cmpint (call_file_rules_get_kind ("audio/ogg"), ==, CALL_MESSAGE_AUDIO);
  g_assert_cmpint (call_file_rules_get_kind ("video/mp4"), ==, CALL_MESSAGE_VIDEO);
  g_assert_cmpint (call_file_rules_get_kind ("application/zip"), ==, CALL_MESSAGE_FILE);
  g_assert_cmpstr (call_file_rules_settle_type ("video/webm", FALSE), ==, "audio/webm");
  g_assert_cmpstr (call_file_rules_settle_type ("video/webm", TRUE), ==, "video/webm");
  g_assert_cmpstr (call_file_rules_settle_type ("application/pdf", FALSE), ==, "application/pdf");
}

static void
test_waveforms (void)
{
  g_autofree char *lengthy = g_strnfill (CALL_FILE_WAVEFORM_MAX + 1, '5');

  g_assert_true (call_file_rules_is_waveform ("0123456789"));
  g_assert_false (call_file_rules_is_waveform (NULL));
  g_assert_false (call_file_rules_is_waveform (""));
  g_assert_false (call_file_rules_is_waveform ("12a"));
  g_assert_false (call_file_rules_is_waveform (lengthy));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/files/ranges", test_ranges);
  g_test_add_func ("/files/upload-numbers", test_numbers);
  g_test_add_func ("/files/upload-metadata", test_metadata);
  g_test_add_func ("/files/upload-checksum", test_checksum);
  g_test_add_func ("/files/data-urls", test_data_urls);
  g_test_add_func ("/files/data-urls-too-large", test_data_urls_too_large);
  g_test_add_func ("/files/names", test_names);
  g_test_add_func ("/files/types", test_types);
  g_test_add_func ("/files/waveforms", test_waveforms);
  return g_test_run ();
}
