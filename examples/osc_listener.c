/* Hear a session over OSC in C, with liblo.
 *
 *     cc osc_listener.c -o osc_listener -llo
 *     repetiteur follow score.musicxml --midi piano --osc 127.0.0.1:9000
 *     ./osc_listener 9000
 */
#include <lo/lo.h>
#include <stdio.h>
#include <string.h>

static int ended;

static int beat(const char *path, const char *types, lo_arg **arg, int count, lo_message message, void *user)
{
    printf("bar %s beat %d\n", &arg[0]->s, arg[2]->i);
    return 0;
}

static int mistake(const char *path, const char *types, lo_arg **arg, int count, lo_message message, void *user)
{
    printf("%s: expected %d, played %d\n", &arg[1]->s, arg[3]->i, arg[5]->i);
    return 0;
}

static int state(const char *path, const char *types, lo_arg **arg, int count, lo_message message, void *user)
{
    printf("%s\n", &arg[0]->s);
    ended = strcmp(&arg[0]->s, "ended") == 0;
    return 0;
}

int main(int count, char **words)
{
    lo_server server = lo_server_new(count > 1 ? words[1] : "9000", NULL);
    if (server == NULL)
        return 2;
    setvbuf(stdout, NULL, _IOLBF, 0);
    lo_server_add_method(server, "/repetiteur/beat", "siii", beat, NULL);
    lo_server_add_method(server, "/repetiteur/mistake", "issiiifiif", mistake, NULL);
    lo_server_add_method(server, "/repetiteur/state", "s", state, NULL);
    printf("listening\n");
    while (!ended)
        lo_server_recv(server);
    lo_server_free(server);
    return 0;
}
