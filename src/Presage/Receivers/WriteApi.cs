using Presage.Api;

namespace Presage.Receivers;

/// <summary>Where senders push samples.</summary>
static class WriteApi
{
    public static void Map(IEndpointRouteBuilder root) =>
        root.MapPost(
            "/api/v1/write", static (HttpContext context, WriteReceiver receiver) => receiver.ReceiveAsync(context))
            .Require(Access.Write).WithMetadata(NotAudited.Instance).WithName("remoteWrite").WithTags("Receivers")
            .WithSummary("Prometheus remote write 1.0: snappy-compressed protobuf WriteRequest")
            .WithMetadata(new DocumentedBody("application/x-protobuf"))
            .Produces(StatusCodes.Status204NoContent);
}
