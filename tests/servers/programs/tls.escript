#!/usr/bin/env escript
%% A TLS server on Erlang's own ssl, as RabbitMQ and other brokers run it: it says of each connection what came of it.
%% Arguments: port, certificate with chain, key, client CA, verify_peer or verify_none, true where one is required.

main([Port, Cert, Key, Ca, Verify, Required]) ->
    logger:set_primary_config(level, none),
    {ok, _} = application:ensure_all_started(ssl),
    Options = [{certfile, Cert}, {keyfile, Key}, {cacertfile, Ca}, {verify, list_to_atom(Verify)},
               {fail_if_no_peer_cert, list_to_atom(Required)}, {depth, 5}, {versions, ['tlsv1.2', 'tlsv1.3']},
               {ip, {127, 0, 0, 1}}, {reuseaddr, true}, {active, false}],
    case ssl:listen(list_to_integer(Port), Options) of
        {ok, Listener} -> serve(Listener);
        {error, eaddrinuse} -> io:format("address in use~n"), halt(1)
    end.

serve(Listener) ->
    {ok, Socket} = ssl:transport_accept(Listener),
    case ssl:handshake(Socket, 5000) of
        {ok, Connection} ->
            io:format("accepted~n"),
            _ = ssl:recv(Connection, 0, 2000),
            ssl:close(Connection);
        {error, closed} -> io:format("closed~n");
        {error, Reason} -> io:format("refused ~0p~n", [Reason])
    end,
    serve(Listener).
