/* Times Hyperscan (or Vectorscan, which has the same interface) in block mode, and writes which
 * expressions each text holds. For benches/speed alone; no part of the product.
 *
 * hyperscan EXPRESSIONS TEXTS HITS ROUNDS
 *   EXPRESSIONS: one a line, numbered from 0.  TEXTS: a 32-bit length and that many bytes, repeated.
 *   HITS: a line a text, the numbers in order.  Prints the nanoseconds of the best round. */
#include <hs/hs.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static unsigned hits[1 << 16];
static unsigned count;

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *context) {
    (void)from; (void)to; (void)flags; (void)context;
    if (count < sizeof hits / sizeof *hits) hits[count++] = id;
    return 0;
}

static int ascending(const void *one, const void *other) {
    unsigned a = *(const unsigned *)one, b = *(const unsigned *)other;
    return (a > b) - (a < b);
}

static char *slurp(const char *path, size_t *len) {
    FILE *file = fopen(path, "rb");
    if (!file) { perror(path); exit(3); }
    fseek(file, 0, SEEK_END);
    *len = (size_t)ftell(file);
    rewind(file);
    char *bytes = malloc(*len + 1);
    if (fread(bytes, 1, *len, file) != *len) { perror(path); exit(3); }
    bytes[*len] = 0;
    fclose(file);
    return bytes;
}

int main(int argc, char **argv) {
    if (argc != 5) return 2;
    size_t len;
    char *text = slurp(argv[1], &len);
    size_t lines = 0;
    for (size_t at = 0; at < len; at++) lines += text[at] == '\n';
    const char **expressions = calloc(lines, sizeof *expressions);
    unsigned *flags = calloc(lines, sizeof *flags), *ids = calloc(lines, sizeof *ids);
    char *line = text;
    for (size_t at = 0; at < lines; at++) {
        char *end = strchr(line, '\n');
        *end = 0;
        expressions[at] = line;
        flags[at] = HS_FLAG_SINGLEMATCH;
        ids[at] = (unsigned)at;
        line = end + 1;
    }
    hs_database_t *database;
    hs_compile_error_t *fault;
    if (hs_compile_multi(expressions, flags, ids, (unsigned)lines, HS_MODE_BLOCK, NULL, &database, &fault)) {
        fprintf(stderr, "%d: %s\n", fault->expression, fault->message);
        return 3;
    }
    hs_scratch_t *scratch = NULL;
    if (hs_alloc_scratch(database, &scratch)) return 3;
    size_t size;
    char *posts = slurp(argv[2], &size);
    FILE *out = fopen(argv[3], "w");
    if (!out) { perror(argv[3]); return 3; }
    double best = 1e300;
    for (int round = 0, rounds = atoi(argv[4]); round <= rounds; round++) {
        struct timespec from, to;
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
        for (size_t at = 0; at < size;) {
            uint32_t length;
            memcpy(&length, posts + at, 4);
            count = 0;
            hs_scan(database, posts + at + 4, length, 0, scratch, on_match, NULL);
            at += 4 + length;
            if (round == 0) {
                qsort(hits, count, sizeof *hits, ascending);
                for (unsigned hit = 0; hit < count; hit++) fprintf(out, hit ? " %u" : "%u", hits[hit]);
                fputc('\n', out);
            }
        }
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
        double took = (double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec);
        if (round > 0 && took < best) best = took;
    }
    fclose(out);
    printf("%.0f\n", best);
    return 0;
}
