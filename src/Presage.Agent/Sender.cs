using Microsoft.Extensions.Logging;

namespace Presage.Agent;

/// <summary>
/// Sends what waits in the outbox, oldest first, one request at a time. A body leaves the outbox only when the server
/// took it (2xx) or will never take it.
/// </summary>
sealed class Sender(Outbox outbox, WriteEndpoint endpoint, Backoff backoff, TimeProvider time, ILogger logger)
{
    SendOutcome? _last;

    /// <summary>Bodies the server took.</summary>
    public long Accepted { get; private set; }

    /// <summary>Bodies the server refused for good.</summary>
    public long Refused { get; private set; }

    /// <summary>Tries that failed.</summary>
    public long Failures { get; private set; }

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await outbox.WaitAsync(cancellationToken);
            while (await SendNextAsync(cancellationToken) is { } wait)
            {
                if (wait > TimeSpan.Zero)
                {
                    await Task.Delay(wait, time, cancellationToken);
                }
            }
        }
    }

    /// <summary>Sends the oldest body. Null when none waits; else how long to wait before the next.</summary>
    public async Task<TimeSpan?> SendNextAsync(CancellationToken cancellationToken)
    {
        if (!outbox.TryPeek(out ulong sequence, out var body))
        {
            return null;
        }

        var answer = await endpoint.SendAsync(body, cancellationToken);
        Report(answer);
        switch (answer.Outcome)
        {
            case SendOutcome.Accepted:
                Accepted++;
                outbox.Acknowledge(sequence);
                backoff.Reset();
                return TimeSpan.Zero;
            case SendOutcome.Refused:
                Refused++;
                outbox.Acknowledge(sequence);
                backoff.Reset();
                return TimeSpan.Zero;
            default:
                Failures++;
                outbox.SecureOnDisk();
                return backoff.Next(answer.RetryAfter);
        }
    }

    /// <summary>Says a change of the server's state once, refusals each time.</summary>
    void Report(ServerAnswer answer)
    {
        if (answer.Outcome == SendOutcome.Refused)
        {
            Log.Refused(logger, answer.Detail);
        }
        else if (answer.Outcome != _last)
        {
            switch (answer.Outcome)
            {
                case SendOutcome.Accepted when _last is null:
                    Log.Sending(logger);
                    break;
                case SendOutcome.Accepted:
                    Log.Recovered(logger, outbox.Count);
                    break;
                case SendOutcome.TokenWrong:
                    Log.TokenWrong(logger, answer.Detail);
                    break;
                case SendOutcome.AddressWrong:
                    Log.AddressWrong(logger, answer.Detail);
                    break;
                default:
                    Log.Unavailable(logger, answer.Detail);
                    break;
            }

            _last = answer.Outcome;
        }
    }
}
