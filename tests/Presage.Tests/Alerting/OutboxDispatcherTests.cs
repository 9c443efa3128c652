using Microsoft.AspNetCore.Http;
using Presage.Alerting.Outbox;
using Presage.State;
using Presage.Tests.Support;
using Xunit;
using Generator = Presage.Alerting.Outbox.SeededGenerator;

namespace Presage.Tests.Alerting;

/// <summary>Messages on their way to real servers, which fail in all the ways servers do.</summary>
public sealed class OutboxDispatcherTests
{
    [Fact]
    public async Task A_message_committed_before_a_kill_is_sent_by_the_next_run_once()
    {
        await using var stub = await WebhookStub.StartAsync();
        using var rig = new AlertingRig();
        rig.AddWebhook(stub.Url);
        rig.Seconds(5, 0.99);
        Assert.Empty(stub.Requests);

        rig.Restart();
        rig.Second(0.99);
        await rig.SendDueAsync();
        await rig.SendDueAsync();
        Assert.Single(stub.Requests);
        Assert.Equal(DeliveryState.Delivered, Assert.Single(rig.Outbox.List(null, 10)).State);
    }

    [Fact]
    public async Task A_message_in_flight_at_a_kill_is_sent_again_with_the_same_key()
    {
        await using var stub = await WebhookStub.StartAsync();
        stub.Answer = static context =>
        {
            var aborted = new TaskCompletionSource();
            context.RequestAborted.Register(aborted.SetResult);
            return aborted.Task;
        };
        using var rig = new AlertingRig();
        rig.AddWebhook(stub.Url);
        rig.Seconds(5, 0.99);
        using (var killed = new CancellationTokenSource())
        {
            rig.Dispatcher.StartDue(killed.Token);
            await stub.Arrived.Task;
            await killed.CancelAsync();
            await rig.Dispatcher.InFlightAsync();
        }

        stub.Answer = static context => context.Response.WriteAsync("ok");
        rig.Restart();
        await rig.SendDueAsync();
        Assert.Equal(2, stub.Requests.Count);
        Assert.Single(stub.Requests.Select(static request => request.Headers["Idempotency-Key"]).Distinct());
        Assert.Equal(DeliveryState.Delivered, Assert.Single(rig.Outbox.List(null, 10)).State);
    }

    [Fact]
    public async Task A_dead_channel_does_not_hold_others_up()
    {
        await using var dead = await WebhookStub.StartAsync();
        await using var alive = await WebhookStub.StartAsync();
        dead.Answer = static context =>
        {
            var aborted = new TaskCompletionSource();
            context.RequestAborted.Register(aborted.SetResult);
            return aborted.Task;
        };
        using var rig = new AlertingRig();
        rig.AddWebhook(dead.Url, "dead");
        rig.AddWebhook(alive.Url, "alive");
        for (int i = 0; i < 12; i++)
        {
            rig.Seconds(4, 0.99);
            rig.Second(0.2);
        }

        using var stop = new CancellationTokenSource();
        while (rig.Outbox.Due(2, rig.NowMs, 1).Count > 0)
        {
            rig.Dispatcher.StartDue(stop.Token);
            await rig.Signal.WaitAsync(default);
        }

        Assert.Equal(24, alive.Requests.Count);
        Assert.True(dead.Requests.Count <= 4);
        await stop.CancelAsync();
        await rig.Dispatcher.InFlightAsync();
    }

    [Fact]
    public async Task A_refused_connection_is_tried_again_until_the_server_is_back()
    {
        using var port = new ReservedPort();
        using var rig = new AlertingRig();
        rig.AddEmail(port.Number);
        rig.Seconds(5, 0.99);
        await rig.SendDueAsync();
        var waiting = Assert.Single(rig.Outbox.List(null, 10));
        Assert.Equal((DeliveryState.Waiting, 1), (waiting.State, waiting.Attempts));
        Assert.Contains("refused", waiting.Answer, StringComparison.OrdinalIgnoreCase);
        Assert.InRange(waiting.NextAttemptMs!.Value - rig.NowMs, 1000, 5000);

        await using var server = await SmtpServer.StartAsync(port.Number);
        rig.Time.Advance(TimeSpan.FromSeconds(5));
        await rig.SendDueAsync();
        Assert.Single(server.Mails);
        var delivered = Assert.Single(rig.Outbox.List(null, 10));
        Assert.Equal((DeliveryState.Delivered, 2), (delivered.State, delivered.Attempts));
        Assert.Equal("250 2.0.0 Ok: queued as TEST1", delivered.Answer);
    }

    [Fact]
    public async Task A_temporary_refusal_is_tried_again()
    {
        await using var server = await SmtpServer.StartAsync(0, "--fail", "451 4.7.1 greylisted", "--fail-count", "1");
        using var rig = new AlertingRig();
        rig.AddEmail(server.Port);
        rig.Seconds(5, 0.99);
        await rig.SendDueAsync();
        Assert.Equal("451 4.7.1 greylisted", Assert.Single(rig.Outbox.List(null, 10)).Answer);
        rig.Time.Advance(TimeSpan.FromSeconds(5));
        await rig.SendDueAsync();
        Assert.Single(server.Mails);
    }

    [Fact]
    public async Task A_wrong_password_fails_for_good_until_somebody_retries()
    {
        await using var server = await SmtpServer.StartAsync(0, "--tls", "starttls", "--auth", "presage:right");
        using var rig = new AlertingRig();
        var channel = rig.AddEmail(server.Port, static settings => settings with
        {
            Security = Presage.Alerting.Notifiers.Email.EmailSecurity.StartTls,
            VerifyCertificate = false,
            User = "presage",
            Password = "wrong",
        });
        rig.Seconds(5, 0.99);
        await rig.SendDueAsync();
        var failed = Assert.Single(rig.Outbox.List(null, 10));
        Assert.Equal(DeliveryState.Failed, failed.State);
        Assert.StartsWith("535 ", failed.Answer);

        rig.Channels.Replace(channel with { Email = channel.Email! with { Password = "right" } });
        Assert.True(rig.Outbox.Retry(failed.Id, rig.NowMs));
        await rig.SendDueAsync();
        Assert.Single(server.Mails);
        Assert.False(rig.Outbox.Retry(failed.Id, rig.NowMs));
    }

    [Fact]
    public async Task A_mail_server_killed_half_way_gets_the_mail_again_when_it_is_back()
    {
        using var port = new ReservedPort();
        using var rig = new AlertingRig();
        rig.AddEmail(port.Number);
        rig.Seconds(5, 0.99);
        await using (var dying = await SmtpServer.StartAsync(port.Number, "--die", "data"))
        {
            await rig.SendDueAsync();
            await dying.ExitedAsync();
        }

        Assert.Equal(DeliveryState.Waiting, Assert.Single(rig.Outbox.List(null, 10)).State);
        await using var server = await SmtpServer.StartAsync(port.Number);
        rig.Time.Advance(TimeSpan.FromSeconds(5));
        await rig.SendDueAsync();
        Assert.Single(server.Mails);
    }

    [Fact]
    public async Task Retry_after_is_honoured()
    {
        await using var stub = await WebhookStub.StartAsync();
        stub.Answer = static context =>
        {
            context.Response.StatusCode = 429;
            context.Response.Headers.RetryAfter = "300";
            return Task.CompletedTask;
        };
        using var rig = new AlertingRig();
        rig.AddWebhook(stub.Url);
        rig.Seconds(5, 0.99);
        await rig.SendDueAsync();
        Assert.Equal(rig.NowMs + 300_000, Assert.Single(rig.Outbox.List(null, 10)).NextAttemptMs);
    }

    [Fact]
    public async Task The_end_waits_for_the_message_that_it_ends()
    {
        await using var stub = await WebhookStub.StartAsync();
        using var rig = new AlertingRig();
        rig.AddWebhook(stub.Url);
        rig.Seconds(5, 0.99);
        rig.Second(0.2);
        await rig.SendDueAsync();
        Assert.Single(stub.Requests);
        await rig.SendDueAsync();
        Assert.Equal(2, stub.Requests.Count);
        Assert.Contains("\"status\":\"resolved\"", System.Text.Encoding.UTF8.GetString(stub.Requests.Last().Body));
    }

    [Fact]
    public async Task A_message_is_given_up_after_a_day()
    {
        using var rig = new AlertingRig();
        using var port = new ReservedPort();
        rig.AddEmail(port.Number);
        rig.Seconds(5, 0.99);
        for (int i = 0; i < 500 && rig.Outbox.List(null, 1)[0].State == DeliveryState.Waiting; i++)
        {
            await rig.SendDueAsync();
            rig.Time.Advance(TimeSpan.FromMinutes(10));
        }

        var failed = rig.Outbox.List(null, 1)[0];
        Assert.Equal(DeliveryState.Failed, failed.State);
        Assert.InRange(failed.LastAttemptMs!.Value - failed.CreatedMs, 23L * 3600_000, 24L * 3600_000 + 600_000);
    }

    [Fact]
    public async Task The_loop_sends_at_once_when_rows_are_committed()
    {
        await using var stub = await WebhookStub.StartAsync();
        using var rig = new AlertingRig();
        rig.AddWebhook(stub.Url);
        using var stop = new CancellationTokenSource();
        var running = rig.Dispatcher.RunAsync(stop.Token);
        rig.Seconds(5, 0.99);
        await stub.Arrived.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public void Retries_spread_out_within_their_bounds()
    {
        var generator = new Generator(1);
        for (int attempts = 1; attempts < 30; attempts++)
        {
            long wait = RetrySchedule.Next(0, 1000, attempts, null, generator)!.Value - 1000;
            Assert.InRange(wait, 1000, Math.Min(5000 * Math.Pow(2, attempts - 1), 600_000));
        }

        Assert.Equal(61_000, RetrySchedule.Next(0, 1000, 1, TimeSpan.FromMinutes(1), generator));
        Assert.Null(RetrySchedule.Next(0, 24L * 3600_000, 9, null, generator));
        Assert.Equal(
            RetrySchedule.Next(0, 0, 5, null, new Generator(3)), RetrySchedule.Next(0, 0, 5, null, new Generator(3)));
    }

    [Fact]
    public void A_burst_goes_out_and_then_one_message_at_a_time()
    {
        var rate = new RateLimit(3, TimeSpan.FromSeconds(2));
        Assert.All(Enumerable.Range(0, 3), _ => Assert.True(rate.TryTake(1000, out long _)));
        Assert.False(rate.TryTake(1000, out long nextMs));
        Assert.Equal(3000, nextMs);
        Assert.True(rate.TryTake(3000, out long _));
        Assert.False(rate.TryTake(500, out long _));
    }
}
