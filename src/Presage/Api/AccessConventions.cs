namespace Presage.Api;

/// <summary>Endpoint metadata that says who may call it; read by the gate in front of every endpoint.</summary>
sealed record AccessRequirement(Access Access);

static class AccessConventions
{
    /// <summary>Sets who may call; the last call wins.</summary>
    public static TBuilder Require<TBuilder>(this TBuilder builder, Access access)
        where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new AccessRequirement(access));

    /// <summary>
    /// Endpoints that name no access are for viewers when they only read and for operators when they change something,
    /// so that forgetting the line never opens a door.
    /// </summary>
    public static TBuilder RequireByMethod<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder
    {
        builder.Finally(static endpoint =>
        {
            if (endpoint.Metadata.OfType<AccessRequirement>().Any())
            {
                return;
            }

            bool reads = endpoint.Metadata.OfType<HttpMethodMetadata>()
                .All(static m => m.HttpMethods.All(static x => HttpMethods.IsGet(x) || HttpMethods.IsHead(x)));
            endpoint.Metadata.Add(new AccessRequirement(reads ? Access.Viewer : Access.Operator));
        });
        return builder;
    }
}
