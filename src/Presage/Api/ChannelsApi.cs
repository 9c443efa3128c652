using Microsoft.AspNetCore.Http.HttpResults;
using Presage.Alerting.Notifiers;
using Presage.Alerting.Notifiers.Email;
using Presage.Alerting.Rules;
using Presage.Notifying;
using Presage.State;

namespace Presage.Api;

/// <summary>Channels: who is told, and how. Secrets go in and never come out.</summary>
static class ChannelsApi
{
    const string SecretsLost = "The stored secrets of this channel cannot be decrypted: the keys in the data folder " +
        "are not those they were stored with.";

    public static void Map(IEndpointRouteBuilder api)
    {
        var channels = api.MapGroup("/channels").WithTags("Channels");
        channels.MapGet("", List).WithName("listChannels").Require(Access.Viewer)
            .WithSummary("All channels without their secrets, each with its last message");
        channels.MapPost("", Create).WithName("createChannel").Require(Access.Operator).WithSummary("Add a channel");
        channels.MapPut("/{id:long}", Replace).WithName("replaceChannel").Require(Access.Operator)
            .WithSummary("Change a channel; secrets left out stay");
        channels.MapDelete("/{id:long}", Delete).WithName("deleteChannel").Require(Access.Operator)
            .WithSummary("Delete a channel; what waits for it is given up");
        channels.MapPost("/{id:long}/test", TestStored).WithName("testChannel").Require(Access.Operator)
            .WithSummary("Send a test message; the answer of the far end within 10 s");
        channels.MapPost("/test", TestUnsaved).WithName("testUnsavedChannel").Require(Access.Operator)
            .WithSummary("The same with settings that are not saved");
    }

    static IReadOnlyList<Channel> List(ChannelStore channels, OutboxStore outbox, HttpContext context)
    {
        var last = outbox.LastOfChannels();
        bool mayChange = Caller.Of(context).May(Access.Operator);
        return [.. channels.All.Select(channel => Shown(channel, last.GetValueOrDefault(channel.Id), mayChange))];
    }

    static Channel Create(ChannelRequest request, ChannelStore channels, HttpContext context)
    {
        var channel = ChannelRules.Read(request, 0, null);
        CheckName(channels, channel);
        var created = channels.Create(channel);
        Audit.Describe(context, created.Name, $"channel {created.Id}, {created.Kind}");
        return Shown(created, null, mayChange: true);
    }

    static Channel Replace(
        long id,
        ChannelRequest request,
        ChannelStore channels,
        OutboxStore outbox,
        OutboxSignal signal,
        HttpContext context)
    {
        var channel = ChannelRules.Read(request, id, Find(channels, id));
        CheckName(channels, channel);
        var replaced = channels.Replace(channel) ?? throw ProblemException.NotFound($"There is no channel {id}.");
        signal.Wake();
        Audit.Describe(context, replaced.Name, $"channel {id}, {replaced.Kind}");
        return Shown(replaced, outbox.LastOfChannels().GetValueOrDefault(id), mayChange: true);
    }

    static NoContent Delete(long id, ChannelStore channels, HttpContext context)
    {
        string name = Find(channels, id).Name;
        channels.Delete(id);
        Audit.Describe(context, name, $"channel {id}");
        return TypedResults.NoContent();
    }

    static Task<ChannelTest> TestStored(
        long id, ChannelStore channels, ChannelTrial trial, TimeProvider time, HttpContext context)
    {
        var channel = Find(channels, id);
        Audit.Describe(context, channel.Name, $"channel {id}");
        return Test(channel, trial, time, context.RequestAborted);
    }

    static Task<ChannelTest> TestUnsaved(
        ChannelRequest request, ChannelStore channels, ChannelTrial trial, TimeProvider time, HttpContext context)
    {
        var before = request.Id is null
            ? null
            : Find(channels, long.TryParse(request.Id, out long id)
                ? id
                : throw ProblemException.BadField("id", $"\"{AccountRules.Shown(request.Id)}\" is no channel's id."));
        var channel = ChannelRules.Read(request, before?.Id ?? 0, before);
        Audit.Describe(context, channel.Name, $"unsaved, {string.Join(", ", channel.Recipients)}");
        return Test(channel, trial, time, context.RequestAborted);
    }

    static async Task<ChannelTest> Test(
        StoredChannel channel, ChannelTrial trial, TimeProvider time, CancellationToken cancellationToken)
    {
        if (channel.SecretsLost)
        {
            throw ProblemException.Conflict(SecretsLost, "Enter the password, secret and headers again and save.");
        }

        long start = time.GetTimestamp();
        var outcomes = await trial.SendAsync(channel, Environment.MachineName, cancellationToken);
        var elapsed = time.GetElapsedTime(start);
        bool several = outcomes.Count > 1;
        return new ChannelTest(
            outcomes.All(static each => each.Outcome.Result == SendResult.Delivered),
            string.Join("; ", outcomes.Select(
                each => several ? $"{each.Recipient}: {each.Outcome.Answer}" : each.Outcome.Answer)),
            elapsed.TotalMilliseconds,
            [.. outcomes.SelectMany(each => several
                ? [$"= {each.Recipient}", .. each.Outcome.Transcript]
                : each.Outcome.Transcript)]);
    }

    static StoredChannel Find(ChannelStore channels, long id) =>
        channels.Find(id) ?? throw ProblemException.NotFound($"There is no channel {id}.");

    static void CheckName(ChannelStore channels, StoredChannel channel)
    {
        if (channels.IsNameTaken(channel.Name, channel.Id))
        {
            throw new ProblemException(
                StatusCodes.Status409Conflict,
                $"There is a channel \"{channel.Name}\" already.",
                "name",
                "Choose another name.");
        }
    }

    /// <summary>Viewers see no path of a webhook: it is often a secret.</summary>
    static Channel Shown(StoredChannel channel, StoredDelivery? last, bool mayChange) => new(
        channel.Id.ToString(),
        channel.Name,
        channel.Email is not null ? ChannelKind.Email : ChannelKind.Webhook,
        channel.Routing.Enabled,
        [.. channel.Routing.Severities.Select(static s =>
            s == Severity.Critical ? AlertItemSeverity.Critical : AlertItemSeverity.Warning)],
        channel.Routing.SendResolved,
        channel.Email is { } email ? Shown(email) : null,
        channel.Webhook is { } webhook
            ? new ChannelWebhook(
                mayChange ? webhook.Url.ToString() : channel.Recipients[0] + "/…",
                webhook.Secret is not null,
                webhook.Headers.ToDictionary(static pair => pair.Key, static _ => ChannelRules.Hidden))
            : null,
        last is null ? null : DeliveriesApi.Shown(last),
        channel.SecretsLost ? SecretsLost : null);

    static ChannelEmail Shown(EmailSettings email) => new(
        email.Host,
        email.Port,
        email.Security switch
        {
            EmailSecurity.None => ChannelSecurity.None,
            EmailSecurity.StartTls => ChannelSecurity.StartTls,
            _ => ChannelSecurity.Tls,
        },
        email.User,
        email.Password is not null,
        email.From,
        email.To,
        email.VerifyCertificate);
}
