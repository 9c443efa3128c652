using Presage.Api;

namespace Presage.Receivers;

/// <summary>Where senders push samples.</summary>
static class WriteApi
{
    public const string RemoteWritePath = "/api/v1/write";

    public static void Map(IEndpointRouteBuilder root)
    {
        root.MapPost(
            RemoteWritePath, static (HttpContext context, WriteReceiver receiver) => receiver.ReceiveAsync(context))
            .Require(Access.Write).WithMetadata(NotAudited.Instance).WithName("remoteWrite").WithTags("Receivers")
            .WithSummary("Prometheus remote write 1.0 and 2.0: snappy-compressed protobuf, told apart by Content-Type")
            .WithMetadata(new DocumentedBody("application/x-protobuf"))
            .Produces(StatusCodes.Status204NoContent);
        root.MapPost(
            "/api/v1/import/prometheus",
            static (HttpContext context, TextReceiver receiver) => receiver.ReceiveAsync(context))
            .Require(Access.Write).WithMetadata(NotAudited.Instance).WithName("importText").WithTags("Receivers")
            .WithSummary("Samples as Prometheus text 0.0.4 or OpenMetrics 1.0, plain or gzip")
            .WithMetadata(new DocumentedBody("text/plain"))
            .WithMetadata((DocumentedParameter[])[
                new("extra_label", false, "name=value, put on every series instead of its own; several are possible"),
                new("timestamp", false, "Time of samples without one, ms since 1970; now when left out"),
            ])
            .Produces(StatusCodes.Status204NoContent);
    }
}
